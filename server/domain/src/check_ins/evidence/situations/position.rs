//! Position: where people stood, and what their phones said of it.

use super::*;

situations! {
    "Where the person stood" {
        "The leader stands in the middle of the site": |_| {} => Verified [];
        "She stands 100 m north of the middle, well inside": |c| c.stand(100.0, 0.0) => Verified [];
        "She stands 100 m east, well inside": |c| c.stand(0.0, 100.0) => Verified [];
        "She stands at the inner side of the fence": |c| c.stand(145.0, 0.0) => Verified [];
        "She stands outside the gate, 15 m beyond the fence, within the tolerance": |c| c.stand(165.0, 0.0) => Verified [];
        "She stands 20 m beyond the fence: even the error of her fix is within the tolerance": |c| c.stand(0.0, -170.0) => Verified [];
        "She stands 26 m beyond the fence: the error of her fix reaches beyond the tolerance": |c| c.stand(176.0, 0.0) => NeedsReview [Position Review];
        "She stands at the very end of the tolerance": |c| c.stand(180.0, 0.0) => NeedsReview [Position Review];
        "She stands 36 m beyond the fence: the error of her fix still reaches into the tolerance": |c| c.stand(186.0, 0.0) => NeedsReview [Position Review];
        "She stands across the road, 50 m beyond the fence: a reflected fix can be that far off": |c| c.stand(200.0, 0.0) => NeedsReview [Position Review];
        "She stands 61 m beyond the fence: four times the error of her fix still reaches into the tolerance": |c| c.stand(211.0, 0.0) => NeedsReview [Position Review];
        "She stands 63 m beyond the fence, and her fix is accurate to 8 m: no phone is that wrong": |c| c.stand(213.0, 0.0) => Rejected [Position Fail];
        "She checks in while driving past, 120 m beyond the fence": |c| c.stand(0.0, 270.0) => Rejected [Position Fail];
        "She checks in from the canteen a kilometre away": |c| c.stand(-1_150.0, 0.0) => Rejected [Position Fail];
        "She checks in from her office in town, 6 km away": |c| c.stand(-6_000.0, 2_000.0) => Rejected [Position Fail];
        "She checks in from Dalian, 90 km away": |c| { c.stand(-90_000.0, 0.0); c.evidence.neighbours.clear(); } => Rejected [Position Fail];
        "She checks in from another continent": |c| {
            c.evidence.neighbours.clear();
            c.fix().reported = Position::parse(48.86, 2.35).unwrap();
            c.photo().position = None;
        } => Rejected [Position Fail];
        "The phone gives the null island, 0° N 0° E, as broken receivers do": |c| {
            c.evidence.neighbours.clear();
            c.fix().reported = Position::parse(0.0, 0.0).unwrap();
            c.photo().position = None;
        } => NeedsReview [FixPresent Unknown];
        "The phone gives the null island first, then where it is": |c| { c.also(fix(10.0, 0.0)); c.fix().reported = Position::parse(0.0, 0.0).unwrap(); } => Verified [];
        "The phone gives the null island first, then the office": |c| { c.stand(-6_000.0, 2_000.0); let office = *c.fix(); c.also(office); c.fix().reported = Position::parse(0.0, 0.0).unwrap(); } => Rejected [Position Fail];
        "The phone gives a place a metre from the null island, which no broken receiver does": |c| {
            c.evidence.neighbours.clear();
            c.fix().reported = Position::parse(0.0, 0.000_01).unwrap();
            c.photo().position = None;
        } => Rejected [Position Fail];
        "The project is a buoy at the null island, and she is there": |c| {
            c.evidence.neighbours.clear();
            c.sites[0].boundary = Arc::new(SiteBoundary::circle(Position::parse(0.0, 0.0).unwrap(), 50.0).unwrap());
            c.fix().reported = Position::parse(0.0, 0.0).unwrap();
            c.photo().position = None;
        } => Verified [];
        "The phone gives the North Pole": |c| {
            c.evidence.neighbours.clear();
            c.fix().reported = Position::parse(90.0, 39.62).unwrap();
            c.photo().position = None;
        } => Rejected [Position Fail];
        "The project has no site drawn yet": |c| c.sites.clear() => NeedsReview [SiteKnown Unknown];
        "The project has no site drawn yet, and she is far from everything": |c| { c.sites.clear(); c.stand(-9_000.0, 0.0); } => NeedsReview [SiteKnown Unknown];
        "The phone gives no position: location is switched off": |c| c.evidence.fixes.clear() => NeedsReview [FixPresent Unknown];
        "She is inside the fence among towers; her fix says 15 m and is 90 m off, as between tall buildings": |c| { c.fix().reported = metres(230.0, 0.0); c.fix().accuracy_m = 15.0; } => NeedsReview [Position Review];
        "She is three kilometres away, with the largest radius that is usable": |c| { c.stand(0.0, 3_180.0); c.fix().accuracy_m = 100.0; } => Rejected [Position Fail];
        "She is 300 m away, with the largest radius that is usable: for a person, and never verified": |c| { c.stand(450.0, 0.0); c.fix().accuracy_m = 100.0; } => NeedsReview [Position Review];
        "Neither a position nor a site": |c| { c.evidence.fixes.clear(); c.sites.clear(); } => NeedsReview [SiteKnown Unknown, FixPresent Unknown];
    }
    "How good the fix is" {
        "A survey-grade fix, accurate to 2 cm": |c| c.fix().accuracy_m = 0.02 => Verified [];
        "A phone that claims 2 cm, 45 m beyond the fence: none is that good": |c| { c.stand(195.0, 0.0); c.fix().accuracy_m = 0.02; } => NeedsReview [Position Review];
        "A phone that claims 1 m, as some always do, 52 m beyond the fence": |c| { c.stand(202.0, 0.0); c.fix().accuracy_m = 1.0; } => Rejected [Position Fail];
        "A usual fix in the open, 5 m": |c| c.fix().accuracy_m = 5.0 => Verified [];
        "A fix among steel, 60 m, in the middle of the site": |c| c.fix().accuracy_m = 60.0 => Verified [];
        "A fix of exactly the accuracy limit in the middle of the site": |c| c.fix().accuracy_m = 100.0 => Verified [];
        "A fix a metre coarser than the limit": |c| c.fix().accuracy_m = 101.0 => NeedsReview [FixAccuracy Unknown];
        "Only the cell tower is known, 1,500 m": |c| c.fix().accuracy_m = 1_500.0 => NeedsReview [FixAccuracy Unknown];
        "Only the cell tower is known, and it is 9 km away: nothing to hold against her": |c| { c.stand(-9_000.0, 0.0); c.fix().accuracy_m = 1_500.0; } => NeedsReview [FixAccuracy Unknown];
        "The phone gives 0 for its accuracy, which means that it knows none": |c| c.fix().accuracy_m = 0.0 => NeedsReview [FixAccuracy Unknown];
        "The phone gives −1 for its accuracy, as iPhones do without a fix": |c| c.fix().accuracy_m = -1.0 => NeedsReview [FixAccuracy Unknown];
        "The phone's accuracy is not a number": |c| c.fix().accuracy_m = f64::NAN => NeedsReview [FixAccuracy Unknown];
        "The phone's accuracy is infinite": |c| c.fix().accuracy_m = f64::INFINITY => NeedsReview [FixAccuracy Unknown];
        "A coarse fix (80 m) near the fence, inside": |c| { c.stand(120.0, 0.0); c.fix().accuracy_m = 80.0; } => NeedsReview [Position Review];
        "A coarse fix (80 m) 90 m beyond the fence: she may have been within the tolerance": |c| { c.stand(240.0, 0.0); c.fix().accuracy_m = 80.0; } => NeedsReview [Position Review];
        "A coarse fix (80 m) 200 m beyond the fence: its radius may be too small": |c| { c.stand(350.0, 0.0); c.fix().accuracy_m = 80.0; } => NeedsReview [Position Review];
        "A coarse fix (80 m) 360 m beyond the fence: she can't have been there": |c| { c.stand(510.0, 0.0); c.fix().accuracy_m = 80.0; } => Rejected [Position Fail];
        "The fix was taken 20 s before the check-in": |c| c.fix().age_ms = 20_000 => Verified [];
        "The fix was taken exactly a minute before": |c| c.fix().age_ms = 60_000 => Verified [];
        "The fix was taken 61 s before: it tells where she was, not where she is": |c| c.fix().age_ms = 61_000 => NeedsReview [FixAge Unknown];
        "The phone had only yesterday's fix of the site": |c| c.fix().age_ms = 86_400_000 => NeedsReview [FixAge Unknown];
        "The phone had only the morning's fix of her home: nothing to hold against her": |c| { c.fix().reported = metres(-9_000.0, 0.0); c.fix().age_ms = 10_800_000; } => NeedsReview [FixAge Unknown];
        "The fix came 30 s after the button was pressed": |c| c.fix().age_ms = -30_000 => Verified [];
        "The fix came two minutes after the button was pressed": |c| c.fix().age_ms = -120_000 => NeedsReview [FixAge Unknown];
        "The phone is 90 s slow and gives its fix the satellites' time": |c| { c.evidence.skew_ms = 90_000; c.fix().age_ms = 3_000 - 90_000; } => Verified [];
        "The phone is two minutes fast and gives its fix the satellites' time": |c| { c.evidence.skew_ms = -120_000; c.fix().age_ms = 3_000 + 120_000; } => Verified [];
        "The phone is an hour slow and gives its fix the satellites' time: only its clock is for a person": |c| { c.evidence.skew_ms = 3_600_000; c.fix().age_ms = 3_000 - 3_600_000; c.camera_by_phone(); } => NeedsReview [Clock Review];
        "The phone is 90 s slow, and its fix is ten minutes old by either clock": |c| { c.evidence.skew_ms = 90_000; c.fix().age_ms = 600_000; } => NeedsReview [FixAge Unknown];
        "The phone is 90 s slow, one fix is told by its clock, one by the satellites'": |c| { c.evidence.skew_ms = 90_000; c.also(Fix { age_ms: 5_000 - 90_000, ..fix(20.0, 0.0) }); } => Verified [];
        "The fix is stale and coarse": |c| { c.fix().age_ms = 300_000; c.fix().accuracy_m = 500.0; } => NeedsReview [FixAccuracy Unknown, FixAge Unknown];
        "The age of the fix is absurd": |c| c.fix().age_ms = i64::MIN => NeedsReview [FixAge Unknown];
    }
    "Several fixes" {
        "Three fixes, all on the site": |c| { c.also(fix(20.0, 5.0)); c.also(fix(18.0, 9.0)); } => Verified [];
        "The first fix is the cell tower's, the second the satellites'": |c| { c.fix().accuracy_m = 900.0; c.also(fix(10.0, 0.0)); } => Verified [];
        "The first fix is the morning's, from home; the second is fresh": |c| {
            *c.fix() = Fix { age_ms: 10_800_000, ..fix(-40_000.0, 0.0) };
            c.also(fix(10.0, 0.0));
        } => Verified [];
        "The first fix has no accuracy, the second has, and the project has no site": |c| { c.sites.clear(); c.fix().accuracy_m = 0.0; c.also(fix(10.0, 0.0)); } => NeedsReview [SiteKnown Unknown];
        "The first fix has no accuracy, the second has": |c| { c.fix().accuracy_m = 0.0; c.also(fix(10.0, 0.0)); } => Verified [];
        "One fix is 30 m beyond the tolerance, reflected by a crane, the next is on the site": |c| { c.stand(220.0, 0.0); c.also(fix(120.0, 0.0)); } => Verified [];
        "A coarse fix leaves it open, a fine one clears it": |c| { c.fix().accuracy_m = 90.0; c.stand(200.0, 0.0); c.also(fix(140.0, 0.0)); } => Verified [];
        "A coarse fix leaves it open, a fine one speaks against her: a person decides": |c| { c.stand(230.0, 0.0); c.fix().accuracy_m = 60.0; c.also(fix(230.0, 0.0)); } => NeedsReview [Position Review];
        "All of three fixes are far across the road": |c| { c.stand(250.0, 0.0); c.also(fix(252.0, 0.0)); c.also(fix(255.0, 4.0)); } => Rejected [Position Fail];
        "Two of three fixes are far across the road, the third only just": |c| { c.stand(250.0, 0.0); c.also(fix(252.0, 0.0)); c.also(fix(205.0, 4.0)); } => NeedsReview [Position Review];
        "A stale fix of the site does not help against a fresh one of the office": |c| {
            c.stand(-6_000.0, 2_000.0);
            c.also(Fix { age_ms: 600_000, ..fix(0.0, 0.0) });
        } => Rejected [Position Fail];
        "A fix without accuracy on the site does not help against a good one of the office": |c| {
            c.stand(-6_000.0, 2_000.0);
            c.also(Fix { accuracy_m: 0.0, ..fix(0.0, 0.0) });
        } => Rejected [Position Fail];
        "Both fixes are unusable: one stale, one coarse": |c| { c.fix().age_ms = 600_000; c.also(Fix { accuracy_m: 700.0, ..fix(0.0, 0.0) }); } => NeedsReview [FixAccuracy Unknown];
        "One of three fixes came from a mock provider": |c| { c.also(fix(5.0, 5.0)); c.also(Fix { mocked: Some(true), ..fix(0.0, 0.0) }); } => NeedsReview [MockLocation Review];
        "Two fixes of one second, one on the site, one at the office: one phone in two places": |c| c.also(fix(-6_000.0, 2_000.0)) => NeedsReview [FixesAgree Review];
        "The same, the office first": |c| { *c.fix() = fix(-6_000.0, 2_000.0); c.also(fix(0.0, 0.0)); } => NeedsReview [FixesAgree Review];
        "Two fixes of one second, 600 m apart: no crane reflects that far": |c| c.also(fix(600.0, 0.0)) => NeedsReview [FixesAgree Review];
        "Two fixes of one second, 400 m apart, reflected among steel": |c| c.also(fix(400.0, 0.0)) => Verified [];
        "Two fixes 6 km apart, of which the farther is good to 5 km: it is unusable, and contradicts nothing": |c| c.also(Fix { accuracy_m: 5_000.0, ..fix(-6_000.0, 2_000.0) }) => Verified [];
        "She arrives by train: the first fix is 30 s older and 2 km up the line": |c| c.also(Fix { age_ms: 33_000, ..fix(0.0, 2_000.0) }) => Verified [];
        "A fix 30 s older and 10 km away: nothing moves that fast": |c| c.also(Fix { age_ms: 33_000, ..fix(0.0, 10_000.0) }) => NeedsReview [FixesAgree Review];
        "Two fixes that contradict each other, and neither is on the site": |c| { c.stand(-6_000.0, 2_000.0); c.also(fix(9_000.0, 0.0)); } => Rejected [Position Fail, FixesAgree Review];
        "Fixes in different datums, each labelled rightly": |c| {
            c.also(Fix { reported: from_wgs84(metres(3.0, 3.0), Datum::Gcj02), datum: Datum::Gcj02, ..fix(0.0, 0.0) });
        } => Verified [];
    }
    "Sites of every shape" {
        "A site with an unbuilt pond in the middle, and she stands on its shore": |c| { c.draw(&[&[SQUARE, HOLE]]); c.stand(60.0, 0.0); } => Verified [];
        "She stands in the hole of the site, 20 m from its edge: a hole is outside, but within the tolerance": |c| { c.draw(&[&[SQUARE, HOLE]]); c.stand(30.0, 0.0); } => Verified [];
        "She stands in the middle of a hole, 50 m from its edge": |c| c.draw(&[&[SQUARE, HOLE]]) => NeedsReview [Position Review];
        "She stands in the middle of a hole, 120 m from its edge": |c| c.draw(&[&[SQUARE, LAKE]]) => Rejected [Position Fail];
        "She stands in a hole, as far from its edge as the tolerance": |c| { c.draw(&[&[SQUARE, HOLE]]); c.stand(20.0, 0.0); } => NeedsReview [Position Review];
        "She stands on an island in the hole that belongs to the site": |c| c.draw(&[&[SQUARE, HOLE], &[ISLAND]]) => Verified [];
        "An open-cast mine 24 km across: she stands in its middle, 12 km from any edge": |c| c.draw(&[&[MINE]]) => Verified [];
        "An open-cast mine: she stands 6 km inside its edge": |c| { c.draw(&[&[MINE]]); c.stand(6_000.0, 0.0); } => Verified [];
        "An open-cast mine: she is 6 km beyond its edge": |c| { c.draw(&[&[MINE]]); c.stand(18_000.0, 0.0); } => Rejected [Position Fail];
        "A site of two plots: she stands on the second": |c| { c.draw(&[&[SQUARE], &[FAR_PLOT]]); c.stand(0.0, 1_050.0); } => Verified [];
        "A site of two plots: she stands between them": |c| { c.draw(&[&[SQUARE], &[FAR_PLOT]]); c.stand(-400.0, 600.0); } => Rejected [Position Fail];
        "A bent site: she stands in the bay that it surrounds on three sides, 100 m from each": |c| { c.draw(&[&[BAY]]); } => Rejected [Position Fail];
        "A bent site: she stands on one of its arms": |c| { c.draw(&[&[BAY]]); c.stand(0.0, -150.0); } => Verified [];
        "A road 20 m wide and 2 km long: she stands on it, a kilometre from its middle": |c| { c.draw(&[&[ROAD]]); c.stand(0.0, 990.0); } => Verified [];
        "A road 20 m wide: she stands in the field, 60 m from it": |c| { c.draw(&[&[ROAD]]); c.stand(70.0, 500.0); } => NeedsReview [Position Review];
        "A road 20 m wide: she stands in the field, 300 m from it": |c| { c.draw(&[&[ROAD]]); c.stand(310.0, 500.0); } => Rejected [Position Fail];
        "A plot smaller than the error of her fix: the tolerance makes up for it": |c| c.draw(&[&[TINY]]) => Verified [];
        "A plot smaller than the error of a coarse fix (25 m)": |c| { c.draw(&[&[TINY]]); c.fix().accuracy_m = 50.0; } => NeedsReview [Position Review];
        "The project has two sites and she stands on the second": |c| { c.site(4_000.0, 0.0, 100.0); c.stand(4_000.0, 0.0); } => Verified [];
        "The project has two sites and she stands between them": |c| { c.site(4_000.0, 0.0, 100.0); c.stand(2_000.0, 0.0); } => Rejected [Position Fail];
        "The project has two sites that touch, and she stands on the seam": |c| { c.site(300.0, 0.0, 150.0); c.stand(150.0, 0.0); } => Verified [];
        "The project has ten sites and she stands on the last": |c| { for i in 1..10 { c.site(f64::from(i) * 1_000.0, 0.0, 50.0); } c.stand(9_000.0, 0.0); } => Verified [];
        "The site's own tolerance is none, and she stands 15 m beyond the fence": |c| { c.sites[0].tolerance_m = Some(0.0); c.stand(165.0, 0.0); } => NeedsReview [Position Review];
        "The site's own tolerance is none, and she stands 40 m beyond the fence": |c| { c.sites[0].tolerance_m = Some(0.0); c.stand(190.0, 0.0); } => Rejected [Position Fail];
        "The site's own tolerance is none, and she stands 15 m inside the fence": |c| { c.sites[0].tolerance_m = Some(0.0); c.stand(135.0, 0.0); } => Verified [];
        "The site's own tolerance is none, and she stands right on the fence": |c| { c.sites[0].tolerance_m = Some(0.0); c.stand(150.0, 0.0); } => NeedsReview [Position Review];
        "The site's own tolerance is 100 m for its car park, and she stands there": |c| { c.sites[0].tolerance_m = Some(100.0); c.stand(230.0, 0.0); } => Verified [];
        "Two sites: the nearer one allows nothing, the farther one 200 m, which covers her": |c| {
            c.sites[0].tolerance_m = Some(0.0);
            c.site(500.0, 0.0, 150.0);
            c.sites[1].tolerance_m = Some(200.0);
            c.stand(210.0, 0.0);
        } => Verified [];
    }
    "Along a road" {
        "A road 24 m wide, drawn as a line with that width: she stands on it, 2 km from its beginning": |c| { c.road(BENT_ROAD, 24.0); c.stand(5.0, -1_000.0); } => Verified [];
        "She stands beside the road, 15 m from its kerb, within the tolerance": |c| { c.road(BENT_ROAD, 24.0); c.stand(-27.0, -1_000.0); } => Verified [];
        "She stands in the field, 300 m from the road, and read in another datum she would be on it": |c| { c.road(BENT_ROAD, 24.0); c.stand(-312.0, -1_000.0); } => NeedsReview [Position Review];
        "She stands at the end of the road, 10 m beyond it": |c| { c.road(BENT_ROAD, 24.0); c.stand(3_022.0, 0.0); } => Verified [];
        "She stands where the road bends": |c| { c.road(BENT_ROAD, 24.0); c.stand(-4.0, 4.0); } => Verified [];
        "She stands inside the bend, 200 m from either leg of the road": |c| { c.road(BENT_ROAD, 24.0); c.stand(212.0, -212.0); } => Rejected [Position Fail];
        "She stands 6 km from the road": |c| { c.road(BENT_ROAD, 24.0); c.stand(-6_000.0, 2_000.0); } => Rejected [Position Fail];
    }
    "Maps and datums" {
        "The phone speaks GCJ-02, as Chinese map kits do, and says so": |c| c.label(Datum::Gcj02, Datum::Gcj02) => Verified [];
        "The phone speaks BD-09 and says so": |c| c.label(Datum::Bd09, Datum::Bd09) => Verified [];
        "The phone speaks GCJ-02 but calls it WGS-84": |c| c.label(Datum::Gcj02, Datum::Wgs84) => NeedsReview [Position Review];
        "The phone speaks BD-09 but calls it WGS-84": |c| c.label(Datum::Bd09, Datum::Wgs84) => NeedsReview [Position Review];
        "The phone speaks WGS-84 but calls it GCJ-02": |c| c.label(Datum::Wgs84, Datum::Gcj02) => NeedsReview [Position Review];
        "The phone speaks BD-09 but calls it GCJ-02": |c| c.label(Datum::Bd09, Datum::Gcj02) => NeedsReview [Position Review];
        "The phone speaks WGS-84 but calls it BD-09": |c| c.label(Datum::Wgs84, Datum::Bd09) => NeedsReview [Position Review];
        "The site was drawn on a GCJ-02 map and called WGS-84; the phone is right": |c| c.sites[0].boundary = drawn(&[&[SQUARE]], |p| from_wgs84(p, Datum::Gcj02)) => NeedsReview [Position Review];
        "The site was drawn on Baidu's map and called WGS-84; the phone is right": |c| c.sites[0].boundary = drawn(&[&[SQUARE]], |p| from_wgs84(p, Datum::Bd09)) => NeedsReview [Position Review];
        "Site and phone both call GCJ-02 WGS-84: two wrongs meet": |c| {
            c.sites[0].boundary = drawn(&[&[SQUARE]], |p| from_wgs84(p, Datum::Gcj02));
            c.label(Datum::Gcj02, Datum::Wgs84);
        } => Verified [];
        "The phone speaks BD-09, the site was drawn on a GCJ-02 map, and both are called WGS-84": |c| {
            c.sites[0].boundary = drawn(&[&[SQUARE]], |p| from_wgs84(p, Datum::Gcj02));
            c.label(Datum::Bd09, Datum::Wgs84);
        } => NeedsReview [Position Review];
        "The site was drawn in WGS-84 and called GCJ-02, and so shifted by mistake; the phone is right": |c| {
            c.sites[0].boundary = drawn(&[&[SQUARE]], |p| to_wgs84(p, Datum::Gcj02));
            c.sites[0].datum = Datum::Gcj02;
        } => NeedsReview [Position Review];
        "The site was drawn on Baidu's map and called GCJ-02; the phone is right": |c| {
            c.sites[0].boundary = drawn(&[&[SQUARE]], |p| to_wgs84(from_wgs84(p, Datum::Bd09), Datum::Gcj02));
            c.sites[0].datum = Datum::Gcj02;
        } => NeedsReview [Position Review];
        "The phone speaks GCJ-02 but calls it WGS-84, and she stands across the road": |c| { c.stand(200.0, 0.0); c.label(Datum::Gcj02, Datum::Wgs84); } => NeedsReview [Position Review];
        "The phone speaks GCJ-02 but calls it WGS-84, and she is a kilometre away": |c| { c.stand(-1_150.0, 0.0); c.label(Datum::Gcj02, Datum::Wgs84); } => Rejected [Position Fail];
        "Two sites; the mislabelled fix is nearer to one, and would be on the other": |c| {
            let off = from_wgs84(metres(0.0, 0.0), Datum::Gcj02);
            c.sites[0].boundary = Arc::new(SiteBoundary::circle(off, 50.0).unwrap());
            c.site(0.0, 0.0, 50.0);
            c.stand(0.0, 0.0);
            c.fix().reported = off;
            c.sites.swap(0, 1);
            c.sites[1].boundary = Arc::new(SiteBoundary::circle(Position::parse(off.latitude() + 0.002, off.longitude()).unwrap(), 50.0).unwrap());
            c.photo().position = None;
        } => NeedsReview [Position Review];
        "No other label helps: she is 6 km away in every datum": |c| { c.stand(-6_000.0, 2_000.0); c.label(Datum::Gcj02, Datum::Wgs84); } => Rejected [Position Fail];
        "She is 700 m away, in a direction that no label explains": |c| { c.stand(-700.0, -300.0); } => Rejected [Position Fail];
    }
    "Mocked and repeated positions" {
        "The phone does not say whether its location is mocked": |c| c.fix().mocked = None => Verified [];
        "The phone says that its location is mocked": |c| c.fix().mocked = Some(true) => NeedsReview [MockLocation Review];
        "A mocked location far away, as if someone wanted to be caught": |c| { c.stand(-6_000.0, 2_000.0); c.fix().mocked = Some(true); } => Rejected [Position Fail, MockLocation Review];
        "The same coordinates to the last digit as on one other day": |c| c.evidence.repeated_days = 1 => Verified [];
        "The same coordinates as on two other days": |c| c.evidence.repeated_days = 2 => Verified [];
        "The same coordinates as on three other days: someone types them in": |c| c.evidence.repeated_days = 3 => NeedsReview [RepeatedPosition Review];
        "The same coordinates every working day for a year": |c| c.evidence.repeated_days = 250 => NeedsReview [RepeatedPosition Review];
        "The same coordinates as on many days, by a mocking app": |c| { c.evidence.repeated_days = 40; c.fix().mocked = Some(true); } => NeedsReview [RepeatedPosition Review, MockLocation Review];
    }
}

const SQUARE: &[(f64, f64)] = &[(-150.0, -150.0), (150.0, -150.0), (150.0, 150.0), (-150.0, 150.0)];
const MINE: &[(f64, f64)] =
    &[(-12_000.0, -12_000.0), (12_000.0, -12_000.0), (12_000.0, 12_000.0), (-12_000.0, 12_000.0)];
const HOLE: &[(f64, f64)] = &[(-50.0, -50.0), (-50.0, 50.0), (50.0, 50.0), (50.0, -50.0)];
const LAKE: &[(f64, f64)] = &[(-120.0, -120.0), (-120.0, 120.0), (120.0, 120.0), (120.0, -120.0)];
const ISLAND: &[(f64, f64)] = &[(-20.0, -20.0), (20.0, -20.0), (20.0, 20.0), (-20.0, 20.0)];
const FAR_PLOT: &[(f64, f64)] = &[(1_000.0, -50.0), (1_100.0, -50.0), (1_100.0, 50.0), (1_000.0, 50.0)];
const ROAD: &[(f64, f64)] = &[(-1_000.0, -10.0), (1_000.0, -10.0), (1_000.0, 10.0), (-1_000.0, 10.0)];
/// From the west to the centre, and there to the north.
const BENT_ROAD: &[(f64, f64)] = &[(-3_000.0, 0.0), (0.0, 0.0), (0.0, 3_000.0)];
const TINY: &[(f64, f64)] = &[(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0)];
const BAY: &[(f64, f64)] = &[
    (-200.0, -200.0),
    (200.0, -200.0),
    (200.0, 200.0),
    (100.0, 200.0),
    (100.0, -100.0),
    (-100.0, -100.0),
    (-100.0, 200.0),
    (-200.0, 200.0),
];
