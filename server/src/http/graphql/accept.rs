//! Which media type a client gets its answer in (RFC 9110, section 12.5.1; GraphQL over HTTP, section “Body”).

use axum::http::{HeaderMap, header};

/// A media type of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Media {
    /// `application/graphql-response+json`, in which the status code tells how it went.
    GraphqlResponse,
    /// `application/json`, for older clients: where it went well, answers call themselves so.
    Json,
    /// `text/event-stream`, for subscriptions above all.
    EventStream,
}

impl Media {
    /// In the order in which the server gives them if a client does not mind.
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::GraphqlResponse, "application", "graphql-response+json"),
        (Self::Json, "application", "json"),
        (Self::EventStream, "text", "event-stream"),
    ];

    /// As a `Content-Type`.
    pub(in crate::http) fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream",
        }
    }
}

/// What a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Accepted {
    /// The type it prefers.
    pub(in crate::http) preferred: Media,
    /// Whether it accepts a stream of events, preferred or not.
    pub(in crate::http) events: bool,
}

/// What the `Accept` headers say; none if nothing that there is. Without one, the client takes the standard's own type.
pub(in crate::http) fn accepted(headers: &HeaderMap) -> Option<Accepted> {
    let given = || headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if given().all(|value| value.trim().is_empty()) {
        return Some(Accepted { preferred: Media::GraphqlResponse, events: false });
    }
    let mut fits = [Match::default(); Media::ALL.len()];
    let mut events = false;
    for range in given().flat_map(|value| value.split(',')).filter_map(Range::parse) {
        for (fit, (_, kind, subtype)) in fits.iter_mut().zip(Media::ALL) {
            *fit = range.fit(kind, subtype).max(*fit);
        }
        events |= range.weight > 0 && range.names("text", "event-stream");
    }
    let mut best: Option<(Media, u16)> = None;
    for (fit, (media, ..)) in fits.into_iter().zip(Media::ALL) {
        // Of equals the first: that is the server's own order.
        if fit.weight > best.map_or(0, |(_, best)| best) {
            best = Some((media, fit.weight));
        }
    }
    best.map(|(preferred, _)| Accepted { preferred, events })
}

/// How a range fits a type. The most specific range counts.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    /// 0 where it does not fit at all.
    specificity: u8,
    /// Thousandths.
    weight: u16,
}

/// One range such as `application/*;q=0.8`.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Thousandths.
    weight: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut weight = 1000;
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => weight = quality(value.trim())?,
                // Answers are in UTF-8 and in nothing else.
                "charset" if !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") => return None,
                _ => {}
            }
        }
        Some(Self { kind, subtype, weight })
    }

    fn fit(&self, kind: &str, subtype: &str) -> Match {
        let specificity = match (self.kind, self.subtype) {
            ("*", "*") => 1,
            (own, "*") if own.eq_ignore_ascii_case(kind) => 2,
            _ if self.names(kind, subtype) => 3,
            _ => return Match::default(),
        };
        Match { specificity, weight: self.weight }
    }

    fn names(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }
}

/// `0` to `1` with up to three decimals, in thousandths.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    Some((if whole == "1" { 1000 } else { thousandths }).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn of(accept: &[&str]) -> Option<Accepted> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, value.parse().unwrap());
        }
        accepted(&headers)
    }

    #[rstest]
    #[case::nothing(&[], Media::GraphqlResponse)]
    #[case::empty(&[""], Media::GraphqlResponse)]
    #[case::anything(&["*/*"], Media::GraphqlResponse)]
    #[case::any_application(&["application/*"], Media::GraphqlResponse)]
    #[case::standard(&["application/graphql-response+json"], Media::GraphqlResponse)]
    #[case::json(&["application/json"], Media::Json)]
    #[case::upper_case(&["Application/JSON; Charset=UTF-8"], Media::Json)]
    #[case::both(&["application/json, application/graphql-response+json"], Media::GraphqlResponse)]
    #[case::weighed(&["application/graphql-response+json;q=0.5, application/json"], Media::Json)]
    #[case::recommended(&["application/graphql-response+json, application/json;q=0.9"], Media::GraphqlResponse)]
    #[case::two_headers(&["application/json;q=0.3", "application/graphql-response+json;q=0.2"], Media::Json)]
    #[case::the_specific_wins(&["*/*, application/graphql-response+json;q=0"], Media::Json)]
    #[case::events(&["text/event-stream"], Media::EventStream)]
    #[case::a_browser(&["text/html,application/xhtml+xml,*/*;q=0.8"], Media::GraphqlResponse)]
    #[case::other_encoding_beside(&["application/graphql-response+json;charset=latin1, application/json"], Media::Json)]
    fn the_preferred_type(#[case] accept: &[&str], #[case] preferred: Media) {
        assert_eq!(of(accept).unwrap().preferred, preferred);
    }

    #[rstest]
    #[case(&["text/html"])]
    #[case(&["application/xml, image/*"])]
    #[case(&["application/json;q=0"])]
    #[case(&["application/json; charset=utf-16"])]
    #[case(&["application/json;q=2"])]
    #[case(&["nonsense"])]
    fn nothing_there_is(#[case] accept: &[&str]) {
        assert_eq!(of(accept), None);
    }

    #[test]
    fn a_client_may_take_events_beside() {
        assert!(of(&["application/json, text/event-stream;q=0.1"]).unwrap().events);
        assert!(!of(&["*/*"]).unwrap().events, "not everybody who takes anything reads streams");
    }
}
