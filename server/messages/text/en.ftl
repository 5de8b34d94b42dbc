### English.

number = { $number }
list-separator = { ", " }

## Command line

## Command line: commands and arguments, named after their path

command = Onsite: the GraphQL server, its command line and its demonstration
command-full =
    Onsite tells a city honestly whether the people it made answerable for each enterprise project go and see it.

    Try it: `onsite demo` shows the whole job on made-up data. Run it: `onsite migrate`, `onsite import roster FILE`, `onsite import sites FILE`, `onsite account add NAME`, `onsite serve`.
argument-lang = Language of what is said, such as zh or en; else as LC_ALL, LC_MESSAGES or LANG has it
argument-config = Settings file; onsite.toml in the working directory if there is one
argument-database-url = Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [env: ONSITE_DATABASE__URL]
argument-photos-directory = Directory for photos, where they are not in S3 [env: ONSITE_PHOTOS__DIRECTORY]
argument-listen = Address to listen on [env: ONSITE_LISTEN]
argument-public-url = How phones reach this server, such as https://onsite.example [env: ONSITE_PUBLIC_URL]

command-demo = Show the whole job on made-up data
argument-demo-exit = End after the story; exit with 1 if anything was not as it should be
argument-demo-data-dir = Keep database and photos in this directory, which must be new or empty

command-serve = Run the server
argument-serve-migrate = Bring the database up to date first
argument-serve-tls-self-signed = Speak TLS with a certificate made here and kept in this folder: for a local network, where phones need a secure origin and no authority gives certificates
argument-serve-tls-address = An address the certificate made here is for, beside localhost; may be given several times
argument-serve-trust-clock = Start although the database, or when this program was built, says that this machine's clock can't be right: somebody has looked at it

command-migrate = Bring the database up to date, or take migrations back
argument-migrate-down = Take back the last N migrations instead, and lose what they held; tells what that is, and does it with --yes only
argument-migrate-yes = Yes, lose it

command-import = Import the published roster, or sites
command-import-roster = Import the plan's published list (Annex 2): projects, people and teams
argument-import-roster-file = The file
argument-import-roster-from = First day of the roles, such as 2026-11-01; today if not given

command-import-sites = Import sites from GeoJSON, or new versions of their boundaries
argument-import-sites-file = The file
argument-import-sites-from = First day on which the boundaries hold, such as 2026-11-01; today if not given

command-account = Make accounts, change what they may do
command-account-add = Make an account
argument-account-add-login = Sign-in name: 2 to 64 letters, digits, dots, dashes or underscores
argument-account-add-role = What the account may do
argument-account-add-person = The person it belongs to, by name, as the roster has it; needed for staff

command-account-list = List accounts: role, person, whether they are disabled, second factor, last sign-in
argument-account-list-role = Only accounts with this role
argument-account-list-disabled = Only accounts that are disabled
argument-account-list-json = For programs: one JSON object a line

command-account-password = Give an account another password, from standard input, and end its sessions
argument-account-password-login = Sign-in name

command-account-reset-second-factor = Take away the second factor of an account whose owner lost it
argument-account-reset-second-factor-login = Sign-in name

command-account-disable = Disable an account, and end its sessions
argument-account-disable-login = Sign-in name

command-account-enable = Let a disabled account sign in again
argument-account-enable-login = Sign-in name

command-account-role = Give an account another role, and end its sessions
argument-account-role-login = Sign-in name
argument-account-role-role = What the account may do from now on

command-account-link = Let someone known to the identity provider sign in to an account
argument-account-link-login = Sign-in name
argument-account-link-subject = Who they are at the provider: the "sub" of their ID tokens

command-account-unlink = Let nobody known to the identity provider sign in to an account any more, and end its sessions
argument-account-unlink-login = Sign-in name

command-admin = Make administrators
command-admin-create = Make the first administrator
argument-admin-create-login = Sign-in name: 2 to 64 letters, digits, dots, dashes or underscores
argument-admin-create-another = Make one although there is one already

command-policy = Show the policy, or adopt a new version
command-policy-show = Show all versions, the newest first
command-policy-adopt = Adopt a new version: the newest one with these changes, from now on
argument-policy-adopt-reason = Why it is adopted
argument-policy-adopt-weekly-visits = Verified visits a leader owes a week
argument-policy-adopt-tolerance = Tolerance outside a boundary where the site sets none, metres
argument-policy-adopt-accuracy-limit = Fixes less accurate than this are unusable, metres
argument-policy-adopt-fix-age-limit = Fixes older than this at capture are unusable, seconds
argument-policy-adopt-skew-limit = Phone clocks further off than this are for review, seconds
argument-policy-adopt-photo-required = Whether a check-in needs a photo; give --photo-reason with it
argument-policy-adopt-photo-reason = Why a photo is, or is not, needed
argument-policy-adopt-time-zone = IANA time zone of days and weeks, such as Asia/Shanghai
argument-policy-adopt-draft = JSON file of changes, named as in the GraphQL schema, such as {"{"}"toleranceMeters": 60, "thresholds": {"{"}"appealDays": 30{"}"}{"}"}; what other options say goes first. Try it before: onsite reassess --draft

command-project = Close projects
command-project-close = Close a project from now on
argument-project-close-name = The project's name

command-export = Export evidence
command-export-evidence = Export check-ins, assessments, decisions, photos and keys as a bundle that `onsite verify` checks
argument-export-evidence-file = The bundle to write
argument-export-evidence-from = First day of recording, such as 2026-11-01; from the beginning if not given
argument-export-evidence-to = Last day of recording; until now if not given

command-verify = Check an exported bundle, without a server
argument-verify-file = The bundle
argument-verify-head = A head that was published, as SEQUENCE:HASH; must be the bundle's too if it lies within it

command-reassess = Tell what another policy would have decided
argument-reassess-policy = Version of the policy
argument-reassess-draft = A policy that is not adopted yet: JSON file of changes to the newest version, named as in the GraphQL schema, such as {"{"}"toleranceMeters": 60, "thresholds": {"{"}"travelSpeedMps": 90{"}"}{"}"}
argument-reassess-from = First local day, such as 2026-11-01
argument-reassess-to = Last local day
argument-reassess-dry-run = Say that nothing is to be changed: needed, since nothing else can be done yet

command-rejudge = Judge check-ins again, after an outage or a corrected boundary
argument-rejudge-from = First local day, such as 2026-11-01
argument-rejudge-to = Last local day
argument-rejudge-reason = Why; it is put on record
argument-rejudge-project = Only this project's check-ins
argument-rejudge-verdict = Only those that stand so, such as NEEDS_REVIEW; may be given several times
argument-rejudge-policy = By this policy version, instead of the one that held when each was captured
argument-rejudge-dry-run = Only tell what would change

command-recount = Recount visits and weekly tallies from the evidence
argument-recount-check = Change nothing; exit with 1 if anything does not agree

command-doctor = Look whether everything a server needs is as it should be
argument-doctor-json = For programs: one JSON object a line

command-backup = Back everything up, while servers go on working
argument-backup-folder = The folder of backups; made if it is not there
argument-backup-keep = Remove all but the newest N backups afterwards

command-restore = Restore a backup into a new database, or check one
argument-restore-backup = A backup, or a folder of backups, of which the newest is taken
argument-restore-check = Only check that the backup is whole; needs no database

command-schema = Print the GraphQL schema
command-completions = Print a script that completes commands and options in a shell
argument-completions-shell = The shell

command-config = Print the settings file with every setting, its meaning and its default
command-decode-picture = Decode the picture on standard input: what a server starts to look at a stranger's photo

## Command line: what --help says beside what it is about

help-usage = Usage:
help-any-options = [OPTIONS]
help-commands = Commands
help-command = COMMAND
help-arguments = Arguments
help-options = Options
help-settings = Settings
help-values = [possible values: { $values }]
help-values-explained = Possible values:
help-help = Print this message or the help of the given subcommand(s)
help-flag = Print help
help-more = Print help (see more with '--help')
help-less = Print help (see a summary with '-h')
help-version = Print version

## Command line: what was not understood

misuse-unknown-command = error: unrecognized subcommand '{ $command }'
misuse-missing-command = error: '{ $command }' requires a subcommand but one was not provided
misuse-unknown-argument = error: unexpected argument '{ $argument }' found
misuse-missing-arguments = error: the following required arguments were not provided: { $arguments }
misuse-missing-value = error: a value is required for '{ $argument }' but none was supplied
misuse-invalid-value = error: invalid value '{ $value }' for '{ $argument }'
misuse-invalid-value-because = error: invalid value '{ $value }' for '{ $argument }': { $why }
misuse-no-date = it is no date such as 2026-11-01
misuse-no-whole-number = it is no whole number, or one too large
misuse-no-number = it is no number
misuse-none-of = it is none of { $values }
misuse-no-equals = error: equal sign is needed when assigning values to '{ $argument }'
misuse-too-many-values = error: unexpected value '{ $value }' for '{ $argument }' found; no more were expected
misuse-too-few-values = error: { $least } values required by '{ $argument }'; only { $given } were provided
misuse-twice = error: the argument '{ $argument }' cannot be used multiple times
misuse-conflict = error: the argument '{ $argument }' cannot be used with '{ $other }'
misuse-other = error: { $told }
misuse-alike = tip: there is '{ $values }'
misuse-see-help = For more information, try '--help'.

## Command line: names of values

role-administrator = ADMINISTRATOR
role-office = OFFICE
role-staff = STAFF
role-analyst = ANALYST
role-administrator-told = Manages accounts, and sees no projects and no visits
role-office-told = Runs the plan and sees everything
role-staff-told = Leaders, coordinators and secretaries: the projects they serve
role-analyst-told = Figures of every project, no personal data
verdict-pending-evidence = PENDING_EVIDENCE
verdict-verified = VERIFIED
verdict-needs-review = NEEDS_REVIEW
verdict-rejected = REJECTED
obligation-excused = EXCUSED
obligation-met = MET
obligation-provisional = PROVISIONAL
obligation-pending = PENDING
obligation-missed = MISSED
reason-confirmed = CONFIRMED
reason-photos-show-site = PHOTOS_SHOW_SITE
reason-boundary-wrong = BOUNDARY_WRONG
reason-technical-fault = TECHNICAL_FAULT
reason-evidence-insufficient = EVIDENCE_INSUFFICIENT
reason-not-there = NOT_THERE
reason-fabricated = FABRICATED
seconds = { $seconds } s
nothing-changed = nothing was changed

## Command line: migrate

migrate-done = the database is up to date; { $pending } migrations were applied
migrate-in-use = A server or a command is at work on this database: stop it first.
migrate-nothing-taken-back = Nothing was taken back: make a backup, then say --yes.
migrate-taken-back = { $steps } migrations taken back
migrate-loss = { $table }: { $rows } rows{ $whole ->
    [yes] , the whole table
   *[no] { "" }
}{ $columns } { $done ->
    [yes] was
   *[no] would be
} lost
migrate-loss-of-columns = , and of { $rows } rows: { $columns }
migrate-accounts-disabled = { $accounts } accounts { $done ->
    [yes] was
   *[no] would be
} disabled: they could sign in with less than before

## Command line: import

import-roster-goes-on = importing the roster
import-roster-done = { $entries } entries: { $projects } projects, { $people } people and { $organisations } organisations were new; { $begun } roles began and { $ended } ended
import-sites-goes-on = importing sites
import-sites-done = { $sites } new sites, { $versions } new versions of known sites, { $unchanged } unchanged
import-site-elsewhere = feature { $feature }: site “{ $site }” of { $project } now lies wholly beside where it was, and the new boundary takes its place; if it is another plot, give it its own name in `site` and import both again
import-not-read = not read
import-row = row { $row }
import-feature = feature { $feature }
import-more-problems = { $more } more problems

## Command line: accounts

account-can-sign-in = { $login } can sign in
account-password-changed = { $login } has another password; its sessions are ended
account-second-factor-reset = { $login } { $had ->
    [yes] signs in without a second factor
   *[no] had none
}
account-disabled = { $login } is disabled; its sessions are ended
account-role = { $login } is { $role }; its sessions are ended
account-linked = { $login } is linked to { $subject } at { $issuer }
account-unlinked = { $login } is linked to nobody
account-type-password = Type the password, 10 characters or more (it is shown), and press Enter:
accounts-login = SIGN-IN NAME
accounts-role = ROLE
accounts-person = PERSON
accounts-ways = SIGNS IN
accounts-last = LAST SIGN-IN
accounts-disabled = disabled
accounts-one-time-password = one-time password
accounts-second-factor = second factor
accounts-single-sign-on = single sign-on
accounts-password = password
accounts-listed = { $ways }
accounts-never = never
admin-created = { $login } can sign in and manages accounts

## Command line: policy and projects

policy-version = version { $version } (from { $from }): { $reason }
policy-weekly-visits = visits a week
policy-tolerance = tolerance
policy-accuracy-limit = accuracy limit
policy-fix-age-limit = fix age limit
policy-skew-limit = clock skew limit
policy-photo = photo required
policy-photo-required = { $required ->
    [yes] true
   *[no] false
} ({ $reason })
policy-time-zone = time zone
policy-thresholds = thresholds
project-closed = { $project } is closed

## Command line: judging and counting again

rejudge-goes-on = judging again
rejudge-done = { $check-ins } check-ins: { $unchanged } as they were, { $changed } judged anew
rejudge-photos-found = { $photos } photos were found again and wait for inspection
reassess-draft = the draft
reassess-version = policy version { $version }
reassess-done = { $check-ins } check-ins, { $not-judged } of them can't be judged again; { $policy } decides { $changed } otherwise
recount-goes-on = recounting
recount-done = { $projects } projects, { $check-ins } check-ins, { $visits } visits: { $differences } differences
recount-mended = mended: { $difference }
difference-of-standing = standing of check-in { $check-in }
difference-of-visit = visit of person { $person } to project { $project } on { $day }
difference-of-tally = tally of person { $person } for project { $project } in { $week }

## Command line: evidence and backups

export-goes-on = exporting
export-done = { $file }: { $links } links, { $photos } photos
export-publish-head = Publish the head where this server can't reach it: it proves later that nothing before it was changed.
bundle-manifest = manifest
bundle-head = head
verify-head-form = give it as SEQUENCE:HASH
verify-head-sequence = the sequence is a number
verify-head-hash = the hash is 64 hexadecimal digits
verify-does-not-hold = { $name } does not hold: { $why }
verify-holds = { $name } holds
verify-contents = { $links } links ({ $withheld } withheld), { $check-ins } check-ins ({ $signed } signed), { $photos } photos
verify-known-heads = { $heads } of the published heads given lie within it
backup-goes-on = backing up
backup-kept-before = { $objects } photos and renditions were there from earlier backups
backups-kept = { $backups } backups are in { $folder }
backup-lacks-photo = the store lacks a photo of a check-in: { $key }
backup-contents = { $tables } tables, { $rows } rows, { $objects } photos and renditions
restore-goes-on = { $checking ->
    [yes] checking
   *[no] restoring
}
restore-whole = { $name } of { $made } is whole: { $contents }
restore-done = { $name } is restored: { $rows } rows, { $objects } photos and renditions
restore-holds = The evidence chain holds, and everything counted agrees with the evidence.
restore-other-head = the evidence chain ends with { $head }, and should with { $expected }

## Command line: doctor

doctor-ok = ok
doctor-warn = warn
doctor-fail = FAIL
doctor-failed = { $failed ->
    [1] 1 thing does not work
   *[other] { $failed } things do not work
}
doctor-see-above = see above
doctor-see-database = see the database above
doctor-settings-understood = every setting is understood
doctor-mend-setting = mend the setting that is named; `onsite config` prints all there are
doctor-start-database = start the database, or mend database.url (ONSITE_DATABASE__URL)
doctor-see-database-log = look into the database server's log
doctor-database-answers = { $product } answers
doctor-database-too-old = { $product } is too old
doctor-use-newer = use PostgreSQL 14 or newer
doctor-not-durable = { $settings } is off: a power cut may lose acknowledged check-ins
doctor-turn-on = turn it on in the server's settings
doctor-superuser = Onsite uses a superuser of the database
doctor-own-user = give Onsite a user of its own, who owns its database and nothing else
doctor-migrations-pending = { $pending } migrations are not applied
doctor-migrate = run `onsite migrate`, or start with `onsite serve --migrate`
doctor-tables-up-to-date = the tables are up to date
doctor-durable = what is written is kept for certain
doctor-keeps-nothing = the database answers, but does not keep what is written
doctor-make-room = make room on the database's disk; the log above says what failed
doctor-clock-right = { $now }: nothing speaks against it
doctor-set-clock = set this machine's clock, and keep it right by NTP
doctor-room = { $path } has { $free } of { $all } MB free
doctor-make-room-in-time = make room before it is full
doctor-owners-alone = { $name } is its owner's alone
doctor-others-may-read = others may read { $name } (mode { $mode })
doctor-secret-readable = { $name } holds a secret and everybody may read it (mode { $mode })
doctor-hide-secret = chmod o= { $name }, or give secrets in the environment
doctor-runs-as-root = this runs as root, and { $path } belongs to user { $owner }
doctor-run-as-server = run Onsite's commands as the user that its server runs as
doctor-font-found = there is a font with Chinese characters
doctor-no-font = no font with Chinese characters was found
doctor-install-font = needed only to print documents on this machine: install fonts-noto-cjk
doctor-key-lost = { $enrolled } accounts have a second factor, and the key that opens their secrets is not set
doctor-give-key-as-it-was = give accounts.second_factor_key (ONSITE_ACCOUNTS__SECOND_FACTOR_KEY) as it was
doctor-key-needed = second factors are required, and the key that seals their secrets is not set
doctor-give-key = give accounts.second_factor_key (ONSITE_ACCOUNTS__SECOND_FACTOR_KEY), any long random text
doctor-no-key = second factors can't be set up: accounts.second_factor_key is not set
doctor-give-key-to-every-server = give ONSITE_ACCOUNTS__SECOND_FACTOR_KEY, any long random text, the same on every server
doctor-key-set = the key of second factors is set; { $enrolled } accounts have one
doctor-tls-files = { $certificate } and its key belong together
doctor-mend-tls = mend http.tls
doctor-tls-own = a certificate of its own making, in { $folder }
doctor-tls-proxy = a proxy speaks TLS: public_url is https
doctor-no-tls = no TLS, and public_url is not https: phones give no position
doctor-set-tls = set [http.tls], or put a proxy with TLS in front and set public_url
doctor-bucket = the bucket { $bucket } at { $endpoint }
doctor-mend-bucket = mend [photos.s3]: endpoint, bucket, keys; docs/operating.md says what a bucket needs
doctor-directory = the directory { $directory }
doctor-mend-directory = let the user that Onsite runs as write to it (photos.directory), and make room on its disk
doctor-photos-kept = { $place } can be written to

## Demonstration

demo-title = Onsite, shown on made-up people and places.
demo-data = data
demo-database = database
demo-server = server
demo-roster = roster
demo-sites = sites
demo-dashboard = dashboard
demo-phone = phone
demo-office = office
demo-sent = sent
demo-decided = decided
demo-why = why
demo-directory = { $path } ({ $passing ->
    [yes] removed at the end
   *[no] kept
})
demo-migrated = SQLite, { $migrations } migrations applied
demo-port-taken = { $address } is taken; any free port will do
demo-roster-imported = { $projects } projects, { $people } people; roles begin on { $from }
demo-sites-imported = { $sites } boundaries, from the same day on
demo-dashboard-listens = the office's, listening over WebSocket
demo-stopping = Stopping.
demo-stopped = stopped before the end
demo-not-well = not everything went as it should
demo-own-data = the demo has a database and photos of its own; leave out { $option }, and give --data-dir to keep them
demo-directory-not-empty = { $path } is not empty; the demo wants a directory of its own
demo-without-policy = there is no policy
demo-lacks-leaders = the example files lack leaders of three and of two sites
demo-lacks-secretary = the example roster lacks a secretary
demo-site-too-thin = a site of the example file is too thin to stand in
demo-no-point-outside = no point { $distance } m off a site is outside it in every datum

## Demonstration: what the phones send

demo-position = { $distance }{"\u00A0"}m { $inside ->
    [yes] inside
   *[no] outside
} ±{"\u00A0"}{ $accuracy }{"\u00A0"}m
demo-sent-with-photo = { $position }, a photo of { $size }{"\u00A0"}kB
demo-sent-18-minutes-later = { $position }, 18 minutes later
demo-sent-again = the check-in of step 1 once more
demo-sent-15-minutes-later = { $position }, 15 minutes later
demo-sent-by-a-slow-clock = { $position }, two days ago, by a clock 4 minutes slow
demo-sent-two-weeks-ago = { $position }, two weeks ago
demo-sent-last-week = { $position }, last week, told in BD-09
demo-sent-without-upload = { $position }, a photo that was never uploaded
demo-sent-in-gcj-02 = { $position }, told in GCJ-02
demo-sent-changed-photo = a photo with one byte changed
demo-sent-to-review = the check-in of step 2, which waits for a person
demo-sent-appeal = against the rejection of step 3: { $statement }
demo-sent-to-answer = the appeal
demo-note-confirmed = The gatekeeper's book confirms it.
demo-note-appeal = The meeting was at the headquarters opposite.
demo-note-not-there = The headquarters are no part of the site.

## Demonstration: its steps

demo-heading-inside = Inside, with a photo
demo-heading-edge = On the edge
demo-heading-outside = Outside
demo-heading-twice = Twice
demo-heading-late = Late, and by a slow clock
demo-heading-queue = An offline queue
demo-heading-foreign = Someone else's project
demo-heading-other-bytes = A photo that is not the announced one
demo-heading-review = What the machine can't decide, a person does
demo-heading-appeal = An appeal
demo-step-inside = inside, with a photo
demo-step-edge = on the edge
demo-step-outside = outside
demo-step-again = the same again
demo-step-second = a second that day
demo-step-late = late
demo-step-queued = queued offline
demo-step-foreign = not their project
demo-step-other-bytes = bytes not announced
demo-step-review = a review
demo-step-appeal = an appeal
demo-step-answer = its answer

## Demonstration: what was decided

demo-then = { $first }, then { $next }
demo-recorded-already = alreadyRecorded: { $decided }
demo-not-recorded = not recorded: { $codes }
demo-not-stored = not stored: { $status } { $code }
demo-one-visit = { $decided }, one visit with step 1
demo-on-a-day = { $decided }, on { $day } in { $week }
demo-in-a-week = { $decided }, in { $week }
demo-stands = stands as { $verdict }
demo-refused = refused
demo-reason = { $reason }: { $note }
demo-judged = { $day } { $verdict }
demo-judged-together = { $day } { $verdict }, one visit of { $check-ins } check-ins: { $visit }
demo-tally = { $week } { $verified } of { $required }: { $status }

## Demonstration: what is told at the end

demo-decisions = What was decided, and why
demo-weeks = The week's count: verified visits of those owed, as an analyst sees them
demo-leader = leader
demo-project = project
demo-average = average
demo-marks = ✓ met   ✗ missed   … the week is not over
demo-marks-of-doubt = ? a person has yet to look   – the project has no site yet
demo-all-well = All { $steps } steps went as they should.
demo-some-wrong = { $failed } of { $steps } steps did not go as they should:
demo-goes-on = The server goes on until Ctrl-C, and the dashboard goes on listening.
demo-live = live
demo-schema = schema
demo-health = health
demo-accounts = Accounts, for this demo only
demo-name = name
demo-password = password
demo-role = role
demo-who = who
demo-may-see = may see
demo-scope-office = everything
demo-scope-analyst = all figures, no positions, photos, notes or phone numbers
demo-scope-staff = the projects they serve or served
demo-scope-administrator = accounts, nothing else
demo-try = Try it
demo-check-heard = the dashboard heard { $what }, each once and nothing else
demo-check-counted = the week's count is what these visits make, for every leader and week
demo-check-analyst = an analyst sees these figures, but no position, note or phone number
demo-check-recounted = recounted from the evidence: { $projects } projects, { $check-ins } check-ins, { $visits } visits, { $differences } differences

## Demonstration: what was not as it should be

demo-instead = { $what }: { $got } instead of { $wanted }
demo-verdict = verdict
demo-day = day
demo-week = week
demo-recorded = recorded check-ins
demo-user-errors = user errors
demo-upload = upload
demo-assessments = assessments
demo-photos = photos
demo-photo-changed = the photo came back changed
demo-photo-not-fetched = its owner can't fetch the photo
demo-finding-of-position = position
demo-no-probability = no probability between 0 and 1
demo-not-measured = it was not measured as 800 m
demo-already-recorded = alreadyRecorded
demo-check-ins-of-visit = check-ins of the visit
demo-not-corrected = the time of capture was not corrected
demo-finding-of-clock = clock
demo-answers = answers
demo-waiting = check-ins that wait
demo-judgements-and-changes = { $judgements } judgements and { $changes } changes of the count
demo-judgements-heard = judgements heard
demo-changes-heard = changes heard
demo-changes-of = changes of { $project } in { $week }
demo-weeks-of = weeks of { $project }
demo-visits-to = visits to { $project } in { $week }
demo-owed-to = visits owed to { $project } in { $week }
demo-status-of = status of { $project } in { $week }
demo-analyst-sees = check-ins the analyst sees
demo-analyst-sees-neither = no position or note
demo-analyst-sees-no-phone = no whole phone number
demo-office-sees = positions the office sees
demo-office-sees-phone = the phone number the office sees
demo-check-ins = check-ins
demo-visits = visits
demo-does-not-agree = { $difference } does not agree
demo-echo = { $verdict } from step { $step }, and the count of { $week } it makes
demo-waited = waited { $seconds } s in vain for { $what }
demo-wait-for-socket = the dashboard's WebSocket to open
demo-wait-for-projects = the dashboard's list of projects
demo-wait-to-hear = the dashboard to hear { $what }
demo-connection-lost = the dashboard lost its connection before it heard { $what }
demo-connection-closed = the server closed the dashboard's connection: { $why }
demo-connection-ended = the dashboard's connection ended
demo-hears-no-more = hears nothing any more: { $why }
demo-not-let-in = the dashboard is not let in: { $answer }
demo-answered = the dashboard was answered { $answer }
demo-listening = listening
demo-reading-policy = reading the policy
demo-reading-queue = reading the queue
demo-reading-count = reading the week's count
demo-looking = looking for personal data
demo-deciding = deciding
demo-appealing = appealing
demo-signing-in = signing in
demo-asking-for-upload = asking for an upload
demo-uploading = uploading a photo
demo-fetching = fetching a photo
demo-checking-in = checking in
demo-sending-queue = sending an offline queue
demo-looking-up = looking up a check-in
demo-not-found = the check-in is not on record

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

## Evidence chain and bundles

chain-broken = entry { $sequence } does not hold: { $fault }
chain-out-of-sequence = entry { $found } stands in its place
chain-of-another-genesis = it does not begin at this installation's genesis
chain-of-another-previous = it names another entry as the one before
chain-hash-wrong = its hash is not that of its contents
bundle-unreadable = the file could not be read: { $error }
bundle-cut-short = the file is cut short at byte { $offset }
bundle-structure = the archive's structure is not a bundle's at byte { $offset }
bundle-too-large = { $what } is larger than allowed
bundle-file = the file
bundle-members = the number of members
bundle-member = { $member }
bundle-chain-line = line { $line } of the chain
bundle-member-named = a member is named { $name }
bundle-member-twice = { $member } is in the bundle twice
bundle-out-of-order = { $member } is out of order
bundle-member-missing = { $member } is missing
bundle-member-unreferenced = no entry refers to { $member }
bundle-other-bytes = { $member } has other bytes than its name says
bundle-other-checksum = { $member } does not have the checksum in its header
bundle-key = { $member }: { $error }
bundle-line = line { $line } of the chain is { $error }
bundle-line-end = the chain's last line has no end
bundle-entry = entry { $sequence }: { $fault }
bundle-other-head = entry { $sequence } is not the one that was published
bundle-manifest-malformed = the manifest is { $error }
bundle-format = the bundle's format is { $found }, not { $wanted }
bundle-unlisted = the manifest does not list { $member }
bundle-states-other-member = the manifest states another length or SHA-256 of { $member }
bundle-states-other-chain = the manifest states another beginning or end of the chain
bundle-states-other-absent = the manifest states other photos as absent than are
entry-payload = it has neither a payload nor the digest of one, or both
entry-kind = its payload is of another kind
entry-check-in = its check-in can't be read: { $error }
entry-repeated = its check-in was recorded before
entry-other-submission = what was signed has another id
entry-other-text = what was signed says something else than the check-in
entry-submission = what was signed can't be written again: { $error }
json-of-another-shape = not JSON of the shape expected: { $error }
json-not-canonical = not in canonical form (RFC 8785)

## Phones' keys and signatures

key-not-base64 = the key is not base64
key-encoding = the key is neither SubjectPublicKeyInfo (DER) nor an uncompressed point of 65 bytes
key-of-another-algorithm = the key is not for elliptic curves
key-on-another-curve = the key is on another curve than P-256
key-compressed = the key's point is compressed: send it uncompressed
key-at-infinity = the key is the point at infinity
key-not-on-curve = the key's point is not on P-256
signature-not-base64 = the signature is not base64
signature-encoding = the signature is neither 64 bytes (IEEE P1363) nor two integers in DER
signature-out-of-range = the signature's numbers are out of range
signature-mismatch = the signature does not belong to this message and key

## The server's clock

clock-before-build = it is before this program was built, { $built }
clock-behind-records = it is { $seconds } s behind the newest record, of { $newest }
clock-doubts = { $first }; { $next }
clock-off-database = it is { $seconds } s { $behind ->
    [yes] behind
   *[no] ahead of
} the database's clock

## What does not work

of-another = { $error }
of-database = database: { $error }
of-objects = object store: { $error }
of-file = { $path }: { $error }
of-line = { $path }, line { $line }: { $error }
start-cannot-listen = can't listen on { $address }: { $error }
start-going-down = somebody takes migrations of the database back: wait until that is done, then run `onsite migrate`
start-lacks-migrations = the database lacks { $migrations } migrations; run `onsite migrate` first, or start with --migrate
start-photos = photos: { $error }
start-by-a-wrong-clock = this machine's clock says { $now }, which can't be: { $doubts }. Set the clock (`timedatectl set-ntp true`, or `timedatectl set-time …`) and start again; if the clock is right and what speaks against it is not, start with --trust-clock
setting-invalid = { $setting } = { $value }: { $right }
setting-out-of-range = must be from { $least } to { $most }
setting-less-than = must be at least { $other }, which is { $least }
setting-without-documents = nothing could be asked: give the folder of documents in http.documents
setting-no-url = must be a URL of http or https without a trailing slash, such as https://onsite.example
setting-no-origin = must be scheme, host and, if need be, port, such as https://dashboard.example; there is no wildcard
setting-filter-unread = can't be read: { $error }; write directives such as info,sqlx=warn
setting-filter-silent = silences everything: give a level, such as error or info, or one for what begins with `{ $own }`, such as { $own }=debug
backup-none = { $path } holds no finished backup
backup-of-another-form = the backup has form { $found }; this program reads form { $known }
backup-altered = { $path }: it is not as the manifest says; it was changed or damaged
restore-rows = the rows of { $table }: { $error }
restore-not-empty = the database is not empty: { $table } has { $rows } rows. Restore into a new database.
restore-foreign = the database has a table { $table } that is not Onsite's. Restore into a new database.
restore-newer = the backup was made by Onsite { $version } with the migration { $migration }, which this program does not know
restore-column = the backup's { $table }.{ $column } is of a kind that this program does not know: { $kind }
restore-count = { $table } has { $found } rows where the backup has { $expected }
restore-newer-tables = the backup's rows do not fit the newer tables that are there. Restore into a database without tables.

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

## Sites: coordinates and boundaries

coordinate-out-of-range = { $field ->
    [latitude] latitude
   *[longitude] longitude
} { $value } is not between -{ $limit } and { $limit } degrees
place = { NUMBER($latitude, minimumFractionDigits: 6) }, { NUMBER($longitude, minimumFractionDigits: 6) }
ring = ring { $ring } of part { $part }
boundary-not-geojson = this is not GeoJSON ({ $detail }); RFC 7946 describes that
boundary-not-a-polygon = this is a GeoJSON { $found }; give a Polygon or a MultiPolygon, or one Feature that holds one
boundary-empty = the boundary is empty; every part needs a ring of at least four positions
boundary-too-many-rings = the boundary has { $count } rings; give at most { $most }
boundary-too-many-vertices = the boundary has { $count } positions; simplify it to at most { $most }
boundary-too-few-positions = { $ring } has { $count } positions; give at least four that differ from their neighbours, the last equal to the first
boundary-not-closed = { $ring } is not closed; repeat its first position as its last
boundary-coordinate = position { $position } of { $ring }: { $error }; GeoJSON gives the longitude first, then the latitude
boundary-too-large = { $ring } goes farther than { $reach } km from the boundary's first position; give a boundary of one site
boundary-no-area = { $ring } encloses no area to speak of; give a ring that is wider than a hand
boundary-crosses-itself = { $ring } crosses or touches itself near { $near }; draw it so that it meets itself only where it closes
boundary-rings-cross = { $first } and { $second } cross or share an edge near { $near }; merge them or draw them apart
boundary-hole-outside-shell = { $ring } is a hole outside the shell of its part; move it inside, or make it a part of its own
boundary-nested = { $ring } lies inside another hole or part of its kind; leave it out
boundary-too-intricate = the boundary is too intricate to check: its edges are long, many and side by side; simplify it
radius-out-of-range = a radius of { $radius } m is not between { $least } and { $most } m
boundary-not-a-line = this is a GeoJSON { $found }; give a LineString or a MultiLineString, or one Feature that holds one
line-too-many-positions = the line has { $count } positions; simplify it to at most { $most }
line-too-short = line { $line } has no two positions that differ; give at least two
line-coordinate = position { $position } of line { $line }: { $error }; GeoJSON gives the longitude first, then the latitude
line-too-long = the line goes farther than { $reach } km from its middle; cut it into sites of at most { $length } km
line-too-intricate = the line winds and crosses itself too much for its width; simplify it
width-out-of-range = a width of { $width } m is not between { $least } and { $most } m

## Photos: inspection

photo-too-many-bytes = the file has { $bytes } bytes; at most { $limit } are looked at
photo-unknown-format = the file is neither a JPEG nor a PNG nor a HEIC
photo-truncated = the file ends before the picture does
photo-malformed = the file is damaged: { $detail }
photo-empty = the picture is { $width } × { $height } pixels, which is none at all
photo-too-many-pixels = the picture is { $width } × { $height } pixels, more than can be looked at
photo-too-many-scans = the picture is drawn in { $scans } passes, more than can be followed
photo-too-much-memory = decoding the picture takes { $bytes } bytes; at most { $limit } are allowed
photo-unsupported = the picture is of an unusual kind: { $detail }
photo-undecodable = the picture can't be decoded
photo-hint-no-exif = The photo has no EXIF.
photo-hint-exif-unusable = The photo's EXIF can't be read or can't be true.
photo-hint-screenshot = The photo may be a screenshot.
photo-hint-edited = The photo was saved by software for editing pictures.
photo-hint-saved-again = The photo was saved again by a programme.
photo-hint-multi-picture = The photo's file holds further pictures.
photo-hint-trailing-data = The photo's file goes on after the picture.
photo-hint-animated = The picture is animated; only its still picture was looked at.
photo-hint-featureless = Nothing can be made out on the photo.

## Objects over HTTP

object-signature-invalid = the URL's signature is invalid
object-url-expired = the URL has expired
object-not-found = no such object
object-exists = the object exists already
object-length-required = a Content-Length is required
object-too-short = fewer bytes than the URL is for
object-too-long = more bytes than the URL is for
object-of-another-type = another content type than the URL is for
object-of-another-digest = other bytes than the URL is for
object-too-slow = the upload was too slow
object-store-full = the object store is full
object-store-unavailable = the object store is unavailable

## Rosters

roster-too-large = The file is too large: at most { $limit } MiB; remove pictures and sheets that aren't the list.
roster-not-readable = The file can't be read: save it as an Excel workbook (.xlsx) without a password, or as “CSV UTF-8”.
roster-blank = The file is empty.
roster-too-many-rows = The sheet has more than { $most } lines: split it into several files.
roster-cell-too-long = Cell { $cell } is longer than { $most } characters.
roster-cell-error = Cell { $cell } holds a formula's error: replace it by text.
roster-no-headings = No headings in the first { $lines } lines. They should be: { $headings }.
roster-column-missing = The column [{ $heading }] is missing. The headings found are: { $found }.
roster-column-repeated = The column [{ $heading }] stands { $times } times. The headings found are: { $found }.
roster-without-projects = No project is listed below the headings.
roster-cell-empty = This cell must be filled.
roster-number-invalid = The number must be a positive whole number.
roster-number-repeated = Number { $number } already stands in line { $first }.
roster-project-repeated = The project's name already stands in line { $first }.
roster-name-too-long = The name is longer than { $most } characters.
roster-name-unclear = It isn't clear where the name ends: write the name (2 to 4 Chinese characters, longer with “·”), a space, then { $then ->
    [phone] the phone number
   *[title] the title
}.
roster-title-missing = The title is missing: write the name, a space, then the title.
roster-phone-missing = The phone number is missing: write one number after the name, and no text after it.
roster-phone-invalid = A phone number has { $fewest } to { $most } digits; write one number only.

## Site files

sites-too-large = The file is too large: at most { $limit } MiB.
sites-not-readable = The file isn't JSON in UTF-8: see line { $line }, column { $column }.
sites-not-geojson = The file is no GeoJSON FeatureCollection.
sites-empty = The file has no feature.
sites-too-many = There are more than { $most } features: split the file.
sites-other-crs = The coordinate system is “{ $found }”; it must be WGS-84 (EPSG:4326 or CRS84): convert the coordinates and export the file again. For coordinates of Chinese maps, write GCJ02 or BD09 as the datum.
sites-unknown-property = There is no property “{ $name }”; is { $meant } meant? If not, leave it out.
sites-misplaced-property = “{ $name }” stands outside the feature's properties and would not be read; write it there as { $meant }, or leave it out.
site-not-a-feature = This is no GeoJSON Feature.
site-properties-malformed = The properties must be a JSON object whose numbers can be told: { $detail }.
site-repeated = Feature { $first } is a site of the same name and project: give each its own name.
site-project-number = A project's number is a positive whole number; here it is { $number }.
site-project-missing = The project's name or number is missing.
site-text-too-long = This is longer than { $most } characters.
site-not-a-text = This must be a text.
site-datum-unknown = The datum must be WGS84, GCJ02 or BD09.
site-metres-out-of-range = This must be from { $least } to { $most } metres.
site-metres-no-number = This must be a number of metres.
site-geometry-missing = The geometry is missing.
site-geometry-malformed = This is no well-formed GeoJSON geometry.
site-geometry-unsupported = The geometry must be a Polygon, a MultiPolygon, a Point, a LineString or a MultiLineString.
site-coordinates-malformed = The coordinates must be [longitude, latitude] in degrees.
site-point-without-radius = A Point needs a radius in metres.
site-radius-without-point = Only a Point has a radius; to widen an area, use toleranceMeters.
site-line-without-width = A LineString or a MultiLineString needs a width in metres.
site-width-without-line = Only a LineString or a MultiLineString has a width.

## Accounts: refusals

token-too-many = An account has at most { $limit } tokens; revoke one first.
token-name = A token's name has 1 to { $limit } characters.
token-without-scope = Give at least one scope.
token-lifetime = A token ends within { $days } days from now.
login-taken = This sign-in name is taken.
person-name-too-long = A name has at most { $limit } characters.
person-not-on-record = Nobody on record is named { $name }; import the roster first.
person-not-the-only-one = { $people } people on record are named { $name }.
account-needs-person = A STAFF account belongs to a person on record; name them.
login-malformed = A sign-in name has 2 to 64 letters, digits, dots, dashes or underscores.
administrator-exists = There is an administrator already; give --another to make one more.
attempts-too-many = Too many attempts; try again in { $seconds } s.
text-too-long = At most { $limit } characters.
password-wrong = The password is wrong.
subject-malformed = A subject has 1 to 255 bytes, none of them control characters.
identity-linked-already = The account, or the subject, is linked already; unlink it first.
administrator-last = This is the last administrator; make another one first.
password-too-short = A password has at least { $least } characters.
password-is-login = The password must not be the sign-in name.
password-guessed = This password is soon guessed: { $reason }. Choose another, a few unrelated words for example.
password-common = it is, or is close to, one of the commonest
password-personal = it is made of your sign-in name, your name or your unit's
password-keyboard = it is a row of neighbouring keys
password-repeats = it repeats itself
password-sequence = it is a sequence of digits or letters
password-date = it is a date or a year
password-name = it is a common name
password-word = it is hardly more than a word
password-simple = there is too little in it
code-needed = Give the six digits of your authenticator app as well, or a recovery code.
code-wrong = The code is wrong, was used before, or is too old.
second-factor-there = This account has a second factor already.
second-factor-not-there = This account has no second factor.
device-name-with-null = A device's name must not contain null characters.
credentials-wrong = The sign-in name or the password is wrong, or the account is disabled.
password-to-be-changed = This password was given out by an administrator and works once: give one of your own with it.
single-sign-on-not-offered = Single sign-on is not set up here.
single-sign-on-failed = Single sign-on did not succeed. Begin again; if that does not help, ask an administrator.
provider-unavailable = The identity provider is not available. Try again later, or sign in with your password.

## Check-ins: refusals

milliseconds-missing = Give { $name }, in milliseconds.
milliseconds-differ = { $name } and { $former } differ; give { $name } alone.
batch-too-large = A batch has at most { $limit } check-ins; there were { $items }. Send them in parts.
public-key-malformed = Give a P-256 public key: { $error }.
store-unavailable = The store of photos does not answer, and nothing was recorded of this; send the same again later.
server-fault = The server has a fault, and this may not have been recorded; send the same again later, with the same id.
photo-not-uploaded = The photo's bytes have not arrived; upload them before checking in.
photo-not-as-announced = The uploaded photo is of another length or type than announced; ask for a new upload.
id-used-otherwise = This id was used for another check-in with other content; make a new UUID for each check-in.
not-on-team = You held no role on this project's team on the day of the check-in.
project-closed-at-capture = The project was closed when the check-in was captured.
photo-used-already = The photo is evidence of another check-in already.
device-name-too-long = A device's name has at most 100 characters.
challenge-not-fresh = Give a challenge issued to you within ten minutes.
challenge-signature-wrong = The signature does not fit the challenge's text.
device-too-many = A person registers at most { $limit } devices.
photo-content-type = A photo's content type must be one of { $types }.
photo-size = A photo must have 1 to { $limit } bytes.
photo-sha256 = sha256 must be 64 hexadecimal digits.
store-nearly-full = The store of photos is nearly full and takes no more; tell the administrator, or check in without photos.
photos-waiting = { $photos } photos of yours ({ $mib } MiB) wait for a check-in, and at most { $most } of { $most-mib } MiB together may. Check in with them first, or wait until they are removed.
trial-too-large = At most { $most } check-ins are tried at once; there are { $count }. Shorten the period, or use the command onsite reassess.
rejudgement-left = The store of photos does not answer: { $check-ins } check-ins whose photos were lost were left as they are. Judge again later.
policy-unknown = There is no policy version { $version }.
rejudgement-without-reason = Say why they are judged again.
note-malformed = At most { $limit } characters, none of them null.
rejudgement-too-large = At most { $limit } check-ins are judged again at once; there are { $count }. Shorten the period, or use the command onsite rejudge.
appeal-without-reason = Say why you appeal.
appeal-photos-too-many = An appeal has at most { $limit } photos.
review-own = Nobody decides about their own check-in.
review-of-superior = Nobody decides about a check-in of someone they answer to.
review-by-same-person = An appeal is answered by someone else than who decided.
review-by-office-only = Only the office decides.
review-unexplained = Decide VERIFIED or REJECTED, with a reason that explains it.
review-too-early = The photos are still being inspected; decide afterwards.
appeal-by-subject-only = Only the person who checked in appeals.
appealed-before = This check-in was appealed before.
appeal-not-open = An appeal is against a rejection, within { $days } days of it.
fix-missing = Give fix before otherFixes.
project-not-named = No project was named, and nothing was recorded; choose one of the nearest sites and check in with the same id.
id-nil = id must not be the nil UUID; make a random UUID on the phone.
year-digits = The year must have four digits.
captured-after-sending = capturedAt is later than sentAt; both must come from the same phone clock. Where that was wrong, give uptime: the time is worked out by the boot clock then.
captured-too-long-ago = capturedAt is more than 366 days before sentAt. Where the phone's clock was wrong, give uptime: the time is worked out by the boot clock then.
photos-too-many = A check-in has at most { $limit } photos; there were { $count }.
photo-listed-twice = The same photo is listed twice.
note-too-long = A note has at most { $limit } characters; there were { $length }.
note-with-null = A note must not contain null characters.
latitude-out-of-range = A latitude lies between -90 and 90 degrees.
longitude-out-of-range = A longitude lies between -180 and 180 degrees.
accuracy-not-finite = accuracyMeters must be a finite number of metres; give 0 where it is unknown.
fixes-too-many = There are at most { $limit } further fixes.
text-not-ascii = At most { $limit } visible ASCII characters.
signed-text-malformed = At most { $limit } bytes, none of them null.
uptime-malformed = Uptimes are not negative, grow from capture to sending, and stay below a hundred years.

## Policy: refusals

policy-unusable = { $error }
policy-none = there is no policy version: is the database migrated?
policy-version-unusable = policy version { $version }: { $error }
policy-weekly-visits-out-of-range = weekly visits must be 0 to 7, a visit being one local day; it was { $found }
policy-tolerance-out-of-range = tolerance must be 0 to 500 metres; it was { $found }
policy-accuracy-limit-out-of-range = accuracy limit must be above 0, up to 1,000 metres; it was { $found }
policy-fix-age-limit-out-of-range = fix age limit must be 1 to 3,600 seconds; it was { $found }
policy-skew-limit-out-of-range = skew limit must be 1 to 86,400 seconds; it was { $found }
policy-photo-reason-missing = whether photos are required needs a recorded reason
policy-time-zone-unknown = time zone must be an IANA name such as Asia/Shanghai; it was { $found }
policy-thresholds-malformed = thresholds: { $error }
policy-threshold-out-of-range = threshold { $name } is out of range
policy-without-reason = Say why the policy is adopted.

## Projects: refusals

project-ambiguous-in-roster = { $name } may be any of several projects on record ({ $projects }); write it as one of them.
project-not-on-record = There is no project { $name }; import the roster first.
project-ambiguous = { $name } may be any of several projects ({ $projects }); use the project's full name.
site-named-twice = Feature { $first } is the same site “{ $site }” of { $project }, too; if this is another plot, give each its own name in `site`.
project-closed-already = The project is closed already.
role-holder-later = The present holder of a role on { $project } serves since { $since }, so nobody can take over on { $from }; give a later date.

## Refusals of every kind

rejudgement-by-office-only = Only the office has check-ins judged again.
project-not-found = There is no such project, or it is not yours to see.
account-without-person = This account belongs to no person; only people check in and upload photos.
administrators-only = Only administrators manage accounts.
account-not-found = There is no such account.
session-not-found = You have no such open session.
token-not-found = You have no such open token.
check-in-not-found = There is no such check-in, or it is not yours to see.
photo-not-found = There is no such photo of yours. One that no check-in names within a day is removed: upload it again.

## Visits: refusals

period-reversed = to must not be earlier than from.
period-too-long = A period has at most { $limit } days; there were { $days }. Ask in parts.

## Who may, by the table of permissions

who-visitor = not signed in
who-enrolling = enrolling a second factor
who-staff = staff
who-analyst = analysts
who-office = the office
who-administrator = administrators
near-own = own
near-team = own team's
near-unit = own unit's
near-any = any
granted = { $relation }: { $whose }
granted-beside = { $before }; { $next }
granted-to-everybody = everybody
granted-to-nobody = nobody
granted-with-its-holder = whoever may read what holds it

## Requests: what the viewer may ask

fault = The server has a fault; please try again later.
database-unavailable = The database is unavailable for the moment; try again later, by the same id.
sign-in-first = Sign in first.
session-unknown = The session has ended or never was; sign in again.
session-ended = The session has ended; sign in again.
token-scope-too-narrow = The token's scopes do not allow this: READ is for queries, SUBSCRIBE for subscriptions; sign in to change things.
role-may-not =
    { $action ->
        [change] Your role may not do this. May be done – { $who }.
        [follow] Your role may not follow this. May be followed – { $who }.
       *[read] Your role may not ask this. May be read – { $who }.
    }
second-factor-to-be-set-up = Your role must have a second factor: set one up first, with beginTotpEnrolment and confirmTotpEnrolment.
schema-not-yours = The schema is not yours to ask for.

## Requests: arguments

date-malformed = a date looks like 2026-11-22
milliseconds-malformed = milliseconds are a whole number from 0 to { $most }
first-and-last = Give either first or last, not both.
size-out-of-range = { $argument } must be 1 to { $most }.
cursor-of-another-list = { $argument } is not a cursor of this list.
cursor-of-another-subscription = after is not a cursor of this subscription.
events-forgotten = Events after this cursor are no longer kept; query anew and subscribe from now on.
id-of-another-type = { $argument } is not the id of such an object.
login-prefix-malformed = loginPrefix begins a sign-in name: 64 letters, digits, dots, dashes or underscores at most.
name-filter-too-long = nameContains has at most { $limit } characters.
name-filter-with-null = nameContains must not contain null characters.
years-out-of-range = Dates must be in the years { $first } to { $last }.
weeks-too-many = { $limit } weeks at most can be asked for at once.

## Requests: limits

limit-exceeded = The request exceeds the limit { $limit }: { $found } of at most { $allowed }. { $advice }
ask-for-smaller-pages = Ask for smaller pages (first, last) or fewer nested fields.
send-in-parts = Send it in parts.
split-into-requests = Split it into several requests.
limit-used-up = The limit { $limit } is used up; try again in { $seconds } s.
given-up = Given up after the limit seconds of { $seconds }; ask for less at once.
too-much-waits = Too much waits to be taken on this connection (waitingBytesPerConnection); read that first, and try again in { $seconds } s.
streams-too-many = The limit streamsPerViewer of { $most } is reached; close some first.

## Requests: documents and operations

# Of what the library finds, the detail is the library's own English.

document-invalid = { $detail }
argument-invalid = { $detail }
syntax-error = Syntax error.
syntax-error-at = Syntax error at line { $line }, column { $column }.
operation-defined-twice = Operation names are unique: { $name } is defined at line { $first } and at line { $second }.
fragment-defined-twice = Fragment names are unique: { $name } is defined at line { $first } and at line { $second }.
fragment-spreads-itself = Fragment { $name } spreads itself.
anonymous-operation-not-alone = An anonymous operation stands alone: there is one at line { $line }, and another operation at line { $other }.
operation-missing = The document has no operation.
operation-unknown = The document has no operation named operationName.
operation-not-named = The document has several operations; name one in operationName.
document-nested-too-deeply = The document is nested too deeply.
variable-of-another-type = The variable ${ $name } has to be a { $kind }.
typename-stands-alone = The field __typename takes no arguments, and has no fields.
subscription-root-fields = A subscription has exactly one root field.
subscription-needs-stream = Subscribe over WebSocket (graphql-transport-ws), or with Accept: text/event-stream.

## Requests over HTTP

host-malformed = Send exactly one Host header, with a host and, if need be, a port.
origin-not-allowed = Pages of this origin may not ask here; the setting http.allowed_origins lists those that may.
method-of-another-kind = Use POST, or GET for queries.
get-is-for-queries = GET is for queries; use POST.
nothing-acceptable = Accept application/graphql-response+json, application/json or text/event-stream.
body-of-another-type = Send the request as application/json in UTF-8, without Content-Encoding.
request-too-slow = The request came too slowly.
request-broke-off = The request broke off.
requests-in-batch = Batches are not taken; send one request at a time.
body-not-json = The body is not JSON, at line { $line }, column { $column }.
request-malformed-at = At line { $line }, column { $column }: { $mistake }
query-string-malformed = The query string is not well-formed.
query-missing = The request has no text "query".
parameter-twice = The parameter { $name } is given twice.
parameter-not-an-object = The parameter { $name } is no JSON object: { $mistake }
json-of-another-type = expected { $expected }.
json-given-twice = { $what }.
json-not-a-request = not a well-formed request.

## Requests that name a document

# Clients look for the English of the first two, word for word.

persisted-query-not-found = PersistedQueryNotFound
persisted-query-not-supported = PersistedQueryNotSupported
document-id-malformed = No document has this documentId; they begin with sha256:.
document-missing = The request neither has nor names a document.
document-of-another-hash = The SHA-256 is not the document's: provided sha does not match query.
document-not-listed = This server executes documents on its list only; this one is not on it.
documents-differ = documentId and extensions.persistedQuery name different documents; give one of them.
