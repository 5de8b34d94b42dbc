//! Accounts beside those of the city.

use serde_json::json;

use super::{city::PASSWORD, client::Client, server::TestServer};

impl TestServer {
    /// An administrator who is signed in. There can be only one of this name.
    pub(crate) async fn administrator(&self) -> Client {
        self.app().add_administrator("administrator-1".to_owned(), PASSWORD.into(), true).await.unwrap();
        self.signed_in("administrator-1", PASSWORD).await
    }

    /// A new session of someone.
    pub(crate) async fn signed_in(&self, login: &str, password: &str) -> Client {
        let token = self.nobody().sign_in(login, password).await.text("/signIn/token");
        Client::with_token(self.url(), &token)
    }

    /// An account's global id, as administrators see it.
    pub(crate) async fn account_id(&self, administrator: &Client, login: &str) -> String {
        let query = "query($login: String) { accounts(filter: { loginPrefix: $login }) { nodes { id login } } }";
        administrator.ask(query, json!({ "login": login })).await.text("/accounts/nodes/0/id")
    }
}
