### English.

number = { $number }
list-separator = { ", " }

## Check-ins: position

site-known = { $sites ->
    [0] The project has no site yet, so there is nothing to compare the position with.
    [1] The project has one site.
   *[other] The project has { $sites } sites; the nearest one is used.
}
fix-present = { $fixes ->
    [0] The phone gave no position.
    [1] The phone gave a position.
   *[other] The phone gave { $fixes } fixes; the best one is used.
}
fix-nowhere = The phone gave 0° N 0° E, which failing receivers give in place of a position: it is evidence of nothing.
fixes-agree = The fixes agree with each other.
fixes-apart = Two fixes of this check-in lie { $apart } m farther apart than their accuracies and any travel allow, beyond { $limit } m, so a person has to look.
fix-accurate = The fix is accurate to { $accuracy } m, within the limit of { $limit } m.
fix-inaccurate = The fix is accurate to only { $accuracy } m, beyond the limit of { $limit } m: the position can't be judged.
fix-accuracy-unusable = The phone gave no usable accuracy: the position can't be judged.
fix-fresh = The fix was taken { $age } s from the check-in.
fix-old = The fix was taken { $age } s from the check-in, beyond the limit of { $limit } s: the position can't be judged.
metres = { $metres } m
kilometres = { NUMBER($kilometres, minimumFractionDigits: 1) } km
inside-boundary = { $distance } inside the boundary
outside-boundary = { $distance } outside the boundary
position-measured = { $place }; accuracy { $accuracy } m, tolerance { $tolerance } m
position-on-site = { $measured }: on the site.
position-off-site = { $measured }: not on the site.
position-unclear = { $measured }: within the tolerance with a probability of { $probability }, so a person has to look.
position-mislabelled = { $measured }. { $mislabel }, so a person has to look.
probability-low = less than { $percent } %
probability-about = about { $percent } %
probability-high = more than { $percent } %
mislabelled-fix = Read as { $fix } it { $passes ->
    [yes] would
   *[no] might
} be on the site
mislabelled-site = Were the site drawn in { $site }, it { $passes ->
    [yes] would
   *[no] might
} be on it
mislabelled-both = Read as { $fix }, and were the site drawn in { $site }, it { $passes ->
    [yes] would
   *[no] might
} be on it
mock-location-used = The phone says that its location came from a mock provider, so a person has to look.
mock-location-unused = The phone used no mock location.
position-not-repeated = The coordinates are not the same over and over.
position-repeated = Exactly these coordinates were sent on { $days } other days, which real fixes never are, so a person has to look.

## Check-ins: time

clock-late = The check-in was { $late } s on its way; the phone's clock was { $off } s from the server's, and times were corrected by it.
clock-close = The phone's clock was { $off } s from the server's; times were corrected by it.
clock-off = The phone's clock was { $off } s from the server's, beyond the limit of { $limit } s; times were corrected, and a person has to look.
clock-steady = The phone's clock was not set between check-in and sending.
clock-reckoned = The phone's clock can't be right from check-in to sending ({ $jump } s off its boot clock); the time of the check-in was worked out by the boot clock, and a person has to look.
clock-set = The phone's clock was set by { $jump } s between check-in and sending, beyond the limit of { $limit } s, so a person has to look.
challenge-met = The check-in came after the challenge it carries was issued.
challenge-impossible = The check-in says it came { $before } s before the challenge it carries was issued, by the boot clock too, which can't be.
challenge-early = The check-in says it came { $before } s before the challenge it carries was issued; the phone's clock may have been wrong, so a person has to look.
challenge-forged = The challenge it carries was not issued to this person, so a person has to look.
travel-possible = The way from and to the neighbouring check-ins can be travelled.
travel-too-fast = A neighbouring check-in is { NUMBER($way, minimumFractionDigits: 1) } km away and asks for { $speed } km/h, beyond { $limit } km/h, so a person has to look.

## Check-ins: photos

photo-required = The policy asks for a photo and there is none.
photo-none = There is no photo, and the policy asks for none.
photo-attached = Photos attached: { $attached }.
photo-intact = Photos found to be byte for byte those announced: { $attached }.
photo-waiting = The photos are being inspected.
photo-damaged = Only { $intact } of { $attached } photos are those announced, so a person has to look.
photo-readable = The photos are pictures that can be looked at.
photo-blank = { $blank } of { $looked-at } photos show nothing (all of one colour, or smaller than an icon), so a person has to look.
photo-unreadable = { $unreadable } of { $looked-at } photos can't be looked at as pictures, so a person has to look.
photo-unreadable-or-blank = { $unreadable } of { $looked-at } photos can't be looked at as pictures and { $blank } show nothing, so a person has to look.
photo-near = The photos say they were taken within { $away } m of the fix.
photo-away = A photo says it was taken { $away } m from the fix, beyond { $limit } m, so a person has to look.
photo-then = The photos say they were taken within { $apart } min of the check-in.
photo-another-time = A photo says it was taken { $apart } min from the check-in, beyond { $limit } min, so a person has to look.
photo-reused = { $others ->
    [0] The photos are no other check-in's.
   *[other] The very same photo is evidence of { $others } other check-ins, so a person has to look.
}
photo-similar = A photo looks almost the same as one of another check-in ({ $bits } bits of 64 differ), so a person has to look.
photo-not-similar = The photos look like no other check-in's.
photo-screenshot = A photo looks like a screenshot
photo-edited = A photo was saved by a program that edits pictures
photo-exif-unread = { $what ->
    [position] A photo has an EXIF position that can't be read
    [time] A photo has an EXIF time that can't be read
   *[both] A photo has an EXIF position and time that can't be read
}
photo-hint = { $hint }. This is a hint only.
photo-hints = { $first }. { $second }. This is a hint only.

## Check-ins: device

signature-valid = The check-in is signed by a device that its person registered.
signature-missing = The person has registered a device, but this check-in carries no signature, so a person has to look.
signature-unknown-key = It is signed with a key that its person has not registered; it is judged again when they do.
signature-revoked = It is signed by a device that its person revoked before, so a person has to look.
signature-invalid = The signature does not fit the check-in: it was altered, or only written in another form, so a person has to look.
signature-unclear = What was signed does not say, or not so that it can be compared: { $members }; so a person has to look.
signature-altered = The check-in is not what its device signed; other are: { $members }.
device-shared = { $people ->
    [0] Nobody else checked in from this device lately.
   *[other] Other people who checked in from this device lately: { $people }.
}
device-new = The person used another device before. This is a hint only.
developer-mode = The phone's developer options were on. This is a hint only.

## Sites: boundaries that may be wrong

wind = { $wind ->
   *[north] north
    [north-east] north-east
    [east] east
    [south-east] south-east
    [south] south
    [south-west] south-west
    [west] west
    [north-west] north-west
}
boundary-sightings = { $check-ins } check-ins ({ $people } people, { $days } days) against which nothing else speaks lie about { $distance } m outside the boundary, to the { $wind }
boundary-of-another-datum = { $sightings }. Had the site been drawn in { $datum }, they would be on it: check the drawing's datum.
boundary-drawn-wrongly = { $sightings }. The boundary may have been drawn wrongly: check it.
