//! A request that is proved by signed headers, ready to be sent.

use bytes::Bytes;
use url::Url;

use super::Authorization;
use crate::{
    guard::Target,
    problem::Failure,
    transport::{Call, Message, Response, Transport},
    world::World,
};

/// A request to a provider's API that is proved by signed headers.
#[derive(Clone, Debug)]
pub(crate) struct SignedRequest {
    /// What it is about, as a detail names it.
    pub(crate) what: &'static str,
    pub(crate) url: Url,
    pub(crate) accept: &'static [&'static str],
    pub(crate) authorization: Authorization,
    pub(crate) body: Bytes,
    /// The largest body of a successful answer, in bytes.
    pub(crate) limit: usize,
    /// True if it asks for a login.
    pub(crate) logs_in: bool,
}

impl SignedRequest {
    /// Sends it.
    pub(crate) async fn send<W: World>(
        &self,
        transport: &Transport<'_, W>,
    ) -> Result<Response, Failure> {
        let url = self.url.clone();
        let call = Call {
            what: self.what,
            remembered_as: self.logs_in.then(|| url.to_string()),
            permit: transport.guard().permit(url, Target::ProviderApi, true)?,
            accept: self.accept,
            message: Message::Signed(&self.authorization, self.body.clone()),
            limit: self.limit,
            follow: true,
        };
        transport.send(call).await
    }
}
