//! Calls to services that the operator names in the settings. Where they may go is the operator's choice, so addresses
//! are not judged. As in all outgoing calls, no redirects are followed and no proxy is used.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use zeroize::Zeroizing;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// A client that waits at most this long for a whole response.
pub fn client(longest: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .user_agent(concat!("Dossier/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
        .http1_only()
        .connect_timeout(CONNECT)
        .timeout(longest)
        .build()
}

/// The body of a response, of at most this many bytes. Its memory is wiped when it is dropped.
pub async fn body(mut response: Response, most: usize) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|_| "its response was cut off")? {
        body.extend_from_slice(&chunk);
        if body.len() > most {
            return Err("its response is too large");
        }
    }
    Ok(body)
}
