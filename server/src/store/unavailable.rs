//! Which errors say that the database is away, full or busy, and that coming back later may help.

use sea_orm::{DbErr, RuntimeErr};

/// Whether it is worth trying again, by the same id, once the database is back.
pub fn comes_back(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => lost(error),
        _ => false,
    }
}

fn lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
                lost_postgres(&code)
            } else {
                code.parse().is_ok_and(lost_sqlite)
            }
        }),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        _ => false,
    }
}

/// By class: connection, transaction rolled back, resources, intervention of an operator, the system; and a standby that
/// only reads (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn lost_postgres(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || code == "25006" || code == "55P03"
}

/// Busy, locked, out of memory, read-only, interrupted, input or output failed, full, can't be opened, and the lock's
/// protocol; the lowest eight bits of a code are its kind (<https://www.sqlite.org/rescode.html>).
fn lost_sqlite(code: u32) -> bool {
    matches!(code & 0xff, 5 | 6 | 7 | 8 | 9 | 10 | 13 | 14 | 15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::terminated("57P01", true)]
    #[case::starting("57P03", true)]
    #[case::disk_full("53100", true)]
    #[case::connection_failure("08006", true)]
    #[case::deadlock("40P01", true)]
    #[case::standby("25006", true)]
    #[case::syntax("42601", false)]
    #[case::unique("23505", false)]
    #[case::numeric("22003", false)]
    fn of_postgres(#[case] code: &str, #[case] lost: bool) {
        assert_eq!(lost_postgres(code), lost);
    }

    #[rstest]
    #[case::full(13, true)]
    #[case::fsync(1034, true)]
    #[case::short_read(522, true)]
    #[case::busy_snapshot(517, true)]
    #[case::unique(2067, false)]
    #[case::error(1, false)]
    #[case::corrupt(11, false)]
    fn of_sqlite(#[case] code: u32, #[case] lost: bool) {
        assert_eq!(lost_sqlite(code), lost);
    }

    #[test]
    fn a_pool_that_waits_in_vain_is_lost_and_a_rule_is_not() {
        assert!(comes_back(&DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout)));
        assert!(!comes_back(&DbErr::Custom("a rule".to_owned())));
    }
}
