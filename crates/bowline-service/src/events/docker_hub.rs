//! Docker Hub's webhooks: a push of a tag, without its digest and without a signature. Its `callback_url` is never
//! called. <https://docs.docker.com/docker-hub/repos/manage/webhooks/>

use serde::Deserialize;
use serde_json::Value;

use super::{Event, Notification};

#[derive(Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    push_data: PushData<'a>,
    repository: Repository<'a>,
}

#[derive(Deserialize)]
struct PushData<'a> {
    tag: Option<&'a str>,
    /// In seconds since 1970.
    pushed_at: Option<i64>,
}

#[derive(Deserialize)]
struct Repository<'a> {
    repo_name: &'a str,
}

pub(super) fn parse(body: &Value) -> Option<Notification> {
    let Told {
        push_data,
        repository,
    } = Told::deserialize(body).ok()?;
    let at = push_data.pushed_at.and_then(|at| at.checked_mul(1000));
    let pushed = Event::pushed(repository.repo_name, push_data.tag, None);
    Some([pushed.map(|pushed| pushed.at(at))].into_iter().collect())
}
