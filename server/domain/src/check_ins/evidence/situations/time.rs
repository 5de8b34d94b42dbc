//! Time: clocks, late arrival, challenges, and the way between check-ins.

use super::*;

situations! {
    "Clocks" {
        "The phone's clock is right": |c| c.evidence.skew_ms = 0 => Verified [];
        "The phone's clock is a minute slow": |c| c.evidence.skew_ms = 60_000 => Verified [];
        "The phone's clock is exactly five minutes slow": |c| c.evidence.skew_ms = 300_000 => Verified [];
        "The phone's clock is a second more than five minutes slow": |c| c.evidence.skew_ms = 301_000 => NeedsReview [Clock Review];
        "The phone's clock is six minutes fast": |c| c.evidence.skew_ms = -360_000 => NeedsReview [Clock Review];
        "The phone is set to the neighbouring time zone's hour, and so is its camera": |c| { c.evidence.skew_ms = 3_600_000; c.camera_by_phone(); } => NeedsReview [Clock Review];
        "The phone believes it is 1970, and so does its camera": |c| { c.evidence.skew_ms = 1_773_799_200_000; c.camera_by_phone(); } => NeedsReview [Clock Review];
        "The phone believes it is the year 2100": |c| { c.evidence.skew_ms = -2_335_000_000_000; c.photo().taken_at = None; } => NeedsReview [Clock Review];
        "The difference of the clocks is absurd": |c| c.evidence.skew_ms = i64::MIN => NeedsReview [Clock Review];
        "The phone keeps no boot clock": |c| c.evidence.clock_jump_ms = None => Verified [];
        "The network corrected the phone's clock by 20 s before sending": |c| c.evidence.clock_jump_ms = Some(20_000) => Verified [];
        "Her clock was corrected by exactly two minutes before sending": |c| c.evidence.clock_jump_ms = Some(-120_000) => Verified [];
        "Someone set the clock back to Monday, checked in, and set it right before sending": |c| { c.evidence.clock_jump_ms = Some(2 * 86_400_000); c.photo().taken_at = None; } => NeedsReview [ClockJump Review];
        "Someone set the clock forward by an hour after checking in": |c| c.evidence.clock_jump_ms = Some(-3_600_000) => NeedsReview [ClockJump Review];
        "The jump of the clock is absurd": |c| c.evidence.clock_jump_ms = Some(i64::MAX) => NeedsReview [ClockJump Review];
        "The clock jumped and is still wrong": |c| { c.evidence.clock_jump_ms = Some(600_000); c.evidence.skew_ms = 900_000; } => NeedsReview [ClockJump Review, Clock Review];
    }
    "Messages that were kept on their way" {
        "A proxy kept the message for three hours; what came before from the same boot shows that the clock was right": |c| c.kept(10_800_000) => Verified [];
        "The same for three weeks": |c| c.kept(21 * 86_400_000) => Verified [];
        "The same, and the clock is ten minutes slow as well": |c| { c.kept(10_800_000); c.evidence.skew_ms += 600_000; c.evidence.capture_skew_ms = Some(600_800); } => NeedsReview [Clock Review];
        "The same, and somebody set the clock between capture and sending": |c| { c.kept(10_800_000); c.evidence.clock_jump_ms = Some(600_000); } => NeedsReview [ClockJump Review];
        "A message came three hours late, and nothing tells whether the clock was slow": |c| c.evidence.skew_ms = 10_800_000 => NeedsReview [Clock Review];
        "A proxy kept it for three hours; its challenge was issued an hour before the capture": |c| { c.kept(10_800_000); c.challenged(-3_600); } => Verified [];
        "A proxy kept it for three hours; its challenge was issued an hour after the capture, so it can't have been kept that long: for a person": |c| { c.kept(10_800_000); c.challenged(3_600); } => NeedsReview [Challenge Review];
        "Kept for three hours, with a challenge of the next day": |c| { c.kept(10_800_000); c.challenged(86_400); } => Rejected [Challenge Fail];
    }
    "Phones without time" {
        "The phone had no time when she checked in (6 January 1980), and had it when it sent; the boot clock tells when it was": |c| c.reckoned(1_457_920_800_000) => NeedsReview [ClockJump Review];
        "The same, and its fix carries the satellites' time": |c| { c.reckoned(1_457_920_800_000); c.fix().age_ms = 3_000 - 1_457_920_800_000; } => NeedsReview [ClockJump Review];
        "The same, with a challenge fetched an hour before": |c| { c.reckoned(1_457_920_800_000); c.challenged(-3_600); } => NeedsReview [ClockJump Review];
        "The same, with a challenge that was issued a day after what the boot clock says": |c| { c.reckoned(1_457_920_800_000); c.challenged(86_400); } => Rejected [ClockJump Review, Challenge Fail];
        "The phone believed that it was 2099 when she checked in, and was right when it sent": |c| c.reckoned(-2_300_000_000_000) => NeedsReview [ClockJump Review];
        "The phone was right when she checked in, and in 1970 when it sent": |c| { c.reckoned(0); c.evidence.skew_ms = 1_773_799_200_000; } => NeedsReview [ClockJump Review, Clock Review];
    }
    "Late and early" {
        "Checked in in a valley without a network, sent in the evening": |c| c.at_hour(-8) => Verified [];
        "Checked in on Wednesday, sent on Friday": |c| c.at_hour(-48) => Verified [];
        "Checked in before the Spring Festival, sent three weeks later": |c| c.at_hour(-21 * 24) => Verified [];
        "Sent a year late": |c| c.at_hour(-365 * 24) => Verified [];
        "Checked in at midnight on Sunday, the last minute of the week": |c| c.at(2026, 3, 22, 15, 59) => Verified [];
        "Checked in on New Year's Eve at midnight, in the week that belongs to both years": |c| c.at(2026, 12, 31, 16, 0) => Verified [];
        "Checked in on 29 February": |c| c.at(2028, 2, 29, 2, 0) => Verified [];
        "Checked in at three in the morning": |c| c.at(2026, 3, 18, 19, 0) => Verified [];
        "Checked in on a holiday": |c| c.at(2026, 10, 1, 2, 0) => Verified [];
        "Checked in at the same minute as New York sets its clocks back": |c| c.at(2026, 11, 1, 6, 0) => Verified [];
    }
    "Challenges" {
        "The app has no challenge yet: it was never online since it was installed": |c| c.evidence.challenge = Challenge::None => Verified [];
        "The challenge was issued a minute before": |c| c.challenged(-60) => Verified [];
        "The challenge was issued three weeks before: she was offline that long": |c| c.challenged(-21 * 86_400) => Verified [];
        "The challenge seems to be issued four minutes after the capture: the clocks differ by that much": |c| c.challenged(240) => Verified [];
        "The challenge seems to be issued exactly five minutes after": |c| c.challenged(300) => Verified [];
        "The challenge was issued six minutes after the capture it is in": |c| c.challenged(360) => Rejected [Challenge Fail];
        "On Friday someone makes up a visit of Tuesday, with Friday's challenge": |c| c.challenged(3 * 86_400) => Rejected [Challenge Fail];
        "The same, by setting the phone's clock back and forth: the boot clock tells": |c| { c.challenged(3 * 86_400); c.evidence.clock_jump_ms = Some(3 * 86_400_000); } => NeedsReview [Challenge Review, ClockJump Review];
        "A flat battery left the honest phone in 1970 until it found a network after the check-in": |c| {
            c.at(1970, 1, 1, 0, 10);
            c.challenged(1_773_000_000);
            c.evidence.clock_jump_ms = Some(1_773_000_000_000);
        } => NeedsReview [Challenge Review, ClockJump Review];
        "The phone's clock was five days slow at the check-in and right at sending; it restarted between, so no boot clock tells": |c| { c.challenged(5 * 86_400); c.evidence.clock_jump_ms = None; c.photo().taken_at = None; } => NeedsReview [Challenge Review];
        "On Friday someone makes up a visit of Tuesday, with Friday's challenge, and leaves the boot clock out: for a person": |c| { c.challenged(3 * 86_400); c.evidence.clock_jump_ms = None; } => NeedsReview [Challenge Review];
        "The challenge was issued six minutes after the capture it is in, and the phone keeps no boot clock": |c| { c.challenged(360); c.evidence.clock_jump_ms = None; } => NeedsReview [Challenge Review];
        "The clock was set by an hour, but by the boot clock too the check-in is three days older than its challenge": |c| { c.challenged(3 * 86_400); c.evidence.clock_jump_ms = Some(3_600_000); } => Rejected [Challenge Fail, ClockJump Review];
        "The challenge was issued to a colleague": |c| c.evidence.challenge = Challenge::Forged => NeedsReview [Challenge Review];
        "The challenge was invented, and she is not there": |c| { c.evidence.challenge = Challenge::Forged; c.stand(-6_000.0, 2_000.0); } => Rejected [Challenge Review, Position Fail];
    }
    "The way between check-ins" {
        "It is her first check-in ever": |c| c.evidence.neighbours.clear() => Verified [];
        "She checked in at another site 20 km away an hour before": |c| c.neighbour(-60, 20_000.0, 0.0, 8.0) => Verified [];
        "She took the fast train: 200 km in an hour": |c| c.neighbour(-60, 200_000.0, 0.0, 8.0) => Verified [];
        "Shenyang, 270 km away, 20 minutes before": |c| c.neighbour(-20, 270_000.0, 0.0, 8.0) => NeedsReview [Travel Review];
        "Dalian, 90 km away, ten minutes later": |c| c.neighbour(10, -90_000.0, 0.0, 8.0) => NeedsReview [Travel Review];
        "Two sites 30 km apart within five minutes: somebody has her account on a second phone": |c| c.neighbour(-5, 30_000.0, 0.0, 8.0) => NeedsReview [Travel Review];
        "Two sites 12 km apart at the same moment": |c| c.neighbour(0, 12_000.0, 0.0, 8.0) => NeedsReview [Travel Review];
        "Two sites 4 km apart in the same millisecond": |c| c.neighbour(0, 4_000.0, 0.0, 8.0) => NeedsReview [Travel Review];
        "Two sites 1 km apart in the same millisecond": |c| c.neighbour(0, 1_000.0, 0.0, 8.0) => NeedsReview [Travel Review];
        "Two sites side by side, checked in at one after the other within the second, by one fix 500 m off among the cranes": |c| c.neighbour(0, 500.0, 0.0, 8.0) => Verified [];
        "Two sites 4 km apart within three minutes, by car": |c| c.neighbour(-3, 4_000.0, 0.0, 8.0) => Verified [];
        "The same, the message from the first 20 s on its way": |c| { c.neighbour(-1, 6_000.0, 0.0, 8.0); c.evidence.neighbours[1].skew_ms = Some(20_800); } => Verified [];
        "A clock that is set anew between two sites makes no time to travel in": |c| { c.neighbour(0, 4_000.0, 0.0, 8.0); c.evidence.neighbours[1].skew_ms = Some(250_000); } => NeedsReview [Travel Review];
        "The fix of the site before was 50 s old at its capture: so much longer was the way": |c| { c.neighbour(0, 3_500.0, 0.0, 8.0); c.evidence.neighbours[1].age_ms = 53_000; } => Verified [];
        "She pressed the button twice, and the second fix is 150 m off": |c| c.neighbour(0, 150.0, 0.0, 8.0) => Verified [];
        "She checked in at both ends of the site within a minute, from a car": |c| c.neighbour(1, 1_200.0, 0.0, 8.0) => Verified [];
        "The check-in before had only the cell tower, 40 km off and as coarse": |c| c.neighbour(-5, 40_000.0, 0.0, 30_000.0) => Verified [];
        "Her own fix is as coarse as the way is long: two bad fixes never make a traveller": |c| { c.fix().accuracy_m = 15_000.0; c.neighbour(-2, 30_000.0, 0.0, 15_000.0); } => NeedsReview [FixAccuracy Unknown];
        "The check-in before knew no accuracy, so it says nothing of her way": |c| c.neighbour(-5, 90_000.0, 0.0, 0.0) => Verified [];
        "Her fix is stale, so it says nothing of her way either": |c| { c.fix().age_ms = 3_600_000; c.neighbour(-5, 90_000.0, 0.0, 8.0); } => NeedsReview [FixAge Unknown];
        "The first fix is from home and stale, the second from the site: the way from the last site is judged by the second": |c| {
            *c.fix() = Fix { age_ms: 3_600_000, ..fix(-90_000.0, 0.0) };
            c.also(fix(0.0, 0.0));
            c.neighbour(-10, 2_000.0, 0.0, 8.0);
        } => Verified [];
        "One neighbour is possible, the other is not": |c| { c.neighbour(-60, 3_000.0, 0.0, 8.0); c.neighbour(15, 400_000.0, 0.0, 8.0); } => NeedsReview [Travel Review];
        "Beijing yesterday": |c| c.neighbour(-1_440, 0.0, -480_000.0, 8.0) => Verified [];
    }
}

impl Case {
    /// Everything happened at another time.
    fn shift(&mut self, by: TimeDelta) {
        self.evidence.corrected_at += by;
        self.photo().taken_at = self.photo().taken_at.map(|at| at + by);
        self.evidence.neighbours.iter_mut().for_each(|neighbour| neighbour.corrected_at += by);
        if let Challenge::Issued { at } = &mut self.evidence.challenge {
            *at += by;
        }
    }

    /// It was captured so many hours later than the honest visit.
    fn at_hour(&mut self, hours: i64) {
        self.shift(TimeDelta::hours(hours));
    }

    /// It was captured at this minute, UTC.
    fn at(&mut self, year: i32, month: u32, day: u32, hour: u32, minute: u32) {
        let at = Utc.with_ymd_and_hms(year, month, day, hour, minute, 0).unwrap();
        self.shift(at - self.evidence.corrected_at);
    }

    /// Its challenge was issued so many seconds after the capture.
    pub(super) fn challenged(&mut self, seconds: i64) {
        let at = self.evidence.corrected_at + TimeDelta::seconds(seconds);
        self.evidence.challenge = Challenge::Issued { at };
    }

    /// The phone's clock was so slow at the capture, milliseconds, that it was worked out by the boot clock.
    fn reckoned(&mut self, slow_ms: i64) {
        let evidence = &mut self.evidence;
        evidence.capture_skew_ms = Some(slow_ms);
        evidence.clock_jump_ms = Some(slow_ms - evidence.skew_ms);
        if slow_ms == 0 {
            evidence.clock_jump_ms = Some(-1_773_799_200_000);
        }
        let by_phone = TimeDelta::milliseconds(slow_ms);
        self.photo().taken_at = self.photo().taken_at.map(|at| at - by_phone);
    }

    /// The message was so long on its way, milliseconds, and the phone's clock was right.
    fn kept(&mut self, latency_ms: i64) {
        let evidence = &mut self.evidence;
        evidence.capture_skew_ms = Some(evidence.skew_ms);
        evidence.skew_ms += latency_ms;
        evidence.latency_ms = latency_ms;
        evidence.clock_jump_ms = Some(0);
    }

    /// The camera goes by the phone's wrong clock.
    pub(super) fn camera_by_phone(&mut self) {
        let skew = TimeDelta::milliseconds(self.evidence.skew_ms);
        self.photo().taken_at = self.photo().taken_at.map(|at| at - skew);
    }
}
