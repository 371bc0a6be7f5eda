//! The check of a registry with version 1 of Docker's API. That API has tags and images but no manifests, digests, or
//! catalog (Docker Registry API v1, as Docker documented it until 2015).

use http::StatusCode;
use serde::Deserialize;

use crate::{
    challenge::{self, Login},
    check::{Proved, Step, StepName, run::Run, steps::Done},
    guard::Target,
    image::{Image, Repository, Selector},
    problem::{Code, Failure},
    registry::{Authentication, Get, Registry},
    scope::Scope,
    transport::Response,
    world::World,
};

/// The largest answer, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The part that is read of an image's description.
#[derive(Deserialize)]
struct ImageJson {
    id: Option<String>,
}

impl<W: World, F: FnMut(&Step)> Run<'_, W, F> {
    /// The check from `authenticate` on, of a registry that was reached.
    pub(super) async fn through_v1(
        &mut self,
        registry: &mut Registry<'_, W>,
        image: Option<Image>,
    ) -> Result<(), Failure> {
        self.steps
            .run(StepName::Authenticate, async {
                let seen = registry.authenticate_v1().await?;
                Ok(Done::passed((), seen))
            })
            .await?;
        self.proved = Proved::Login;
        let id = self.steps.run(StepName::Manifest, async {
            let id = registry.image_id(image).await?;
            Ok(Done::passed(id.clone(), format!("image {id}")))
        });
        let id = id.await?;
        self.steps
            .run(StepName::Pull, async {
                let bytes = registry.image_json(&id).await?;
                let seen = format!("Read a description of {bytes} bytes; version 1 has no digests");
                Ok(Done::passed((), seen))
            })
            .await?;
        self.proved = Proved::Pull;
        self.warn_of_unproven(registry);
        Ok(())
    }
}

impl<W: World> Registry<'_, W> {
    /// Asks whether a registry of version 1 answers, and how it wants a login. Returns what was seen; `None` if none
    /// does.
    pub(super) async fn reach_v1(&mut self) -> Result<Option<String>, Failure> {
        let answer = match self
            .ping(self.v1_url("_ping"), Target::Registry, false)
            .await
        {
            Ok(answer) => answer,
            // Found out where version 2 is asked for.
            Err(failure) if self.may_be_plain_http(&failure) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let authentication = match answer.status {
            StatusCode::OK if is_v1(&answer) => Authentication::None,
            StatusCode::UNAUTHORIZED => match challenge::login(&answer.headers, false) {
                Ok(login) => Authentication::Login(login),
                Err(_) => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.adopt(authentication);
        Ok(Some(format!(
            "Answered at /v1/_ping with HTTP {}",
            answer.status.as_u16()
        )))
    }

    async fn authenticate_v1(&mut self) -> Result<String, Failure> {
        if self.authentication == Authentication::None {
            return Ok("The registry doesn't ask for credentials".to_owned());
        }
        let answer = self.get_v1("/v1/_ping", "_ping").await?;
        match answer.status.as_u16() {
            200 if is_v1(&answer) => Ok("The registry accepts the credentials".to_owned()),
            401 | 403 => Err(self.rejection(&answer)),
            status => Err(Failure::new(
                Code::AnswerNotRegistry,
                format!("GET /v1/_ping with the credentials returned HTTP {status}."),
            )),
        }
    }

    /// The id of a tag's image.
    async fn image_id(&mut self, image: Option<Image>) -> Result<String, Failure> {
        let Some(Image {
            repository,
            selector,
        }) = image
        else {
            return Err(Failure::new(
                Code::ImageRequired,
                "A version 1 registry can't list its images.",
            ));
        };
        let tag = match &selector {
            Some(Selector::Tag(tag)) => tag.to_string(),
            None => "latest".to_owned(),
            Some(Selector::Digest(_)) => {
                return Err(Failure::new(
                    Code::ImageUnknown,
                    "A version 1 registry has no digests. Enter a tag.",
                ));
            }
        };
        self.facts.image = Some(format!("{repository}:{tag}"));
        let path = format!("repositories/{}/tags/{tag}", in_namespace(&repository));
        let answer = self.get_v1("the tag", &path).await?;
        if !answer.status.is_success() {
            return Err(self.v1_refusal(&answer, "The tag"));
        }
        let id: String = answer.json().unwrap_or_default();
        if is_id(&id) {
            Ok(id)
        } else {
            Err(malformed("The response for the tag isn't an image ID."))
        }
    }

    /// Reads an image's description. Gives its size in bytes.
    async fn image_json(&mut self, id: &str) -> Result<usize, Failure> {
        let answer = self
            .get_v1("the image", &format!("images/{id}/json"))
            .await?;
        if !answer.status.is_success() {
            return Err(self.v1_refusal(&answer, "The image"));
        }
        let image: ImageJson = answer
            .json()
            .map_err(|_| malformed("The image's description isn't JSON."))?;
        if image.id.as_deref() == Some(id) {
            Ok(answer.body.len())
        } else {
            Err(Failure::new(
                Code::DigestMismatch,
                "The image's description belongs to another image.",
            ))
        }
    }

    async fn get_v1(&mut self, what: &'static str, path: &str) -> Result<Response, Failure> {
        let get = Get {
            what,
            url: self.v1_url(path),
            target: Target::Registry,
            scope: &Scope::Login,
            accept: &["application/json"],
            limit: MAX_BYTES,
        };
        let answer = self.get(get.clone()).await?;
        // Some leave the ping open, and refuse what is private without saying how they want a login.
        if is_refused(&answer)
            && self.authentication == Authentication::None
            && self.has_credentials()
        {
            self.adopt(Authentication::Login(Login::Basic));
            return self.get(get).await;
        }
        Ok(answer)
    }

    /// What an error answer of version 1 means. It may refuse a wrong password in the same way as a missing permission.
    fn v1_refusal(&self, answer: &Response, what: &str) -> Failure {
        match is_refused(answer) && self.has_credentials() && !self.tokens.are_proven() {
            true => self.rejection(answer),
            false => self.pull_refusal(answer, what),
        }
    }
}

fn is_refused(answer: &Response) -> bool {
    matches!(
        answer.status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    )
}

/// Tells whether an answer to `/v1/_ping` is that of such a registry.
fn is_v1(answer: &Response) -> bool {
    answer.headers.contains_key("x-docker-registry-version") || answer.body.trim_ascii() == b"true"
}

/// A repository without a namespace is in `library`.
fn in_namespace(repository: &Repository) -> String {
    if repository.as_str().contains('/') {
        repository.to_string()
    } else {
        format!("library/{repository}")
    }
}

/// 64 hexadecimal digits; what it is becomes part of a path.
fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn malformed(detail: &str) -> Failure {
    Failure::new(Code::AnswerMalformed, detail)
}
