//! moto: ECR, STS and IAM of AWS on this machine, which check signatures as AWS does and are not ours.

use std::process::Command;

use crate::{
    app::repository,
    certificate::Certificate,
    process::Process,
    server::{Answer, Request, Server},
};

/// The account that everything in moto belongs to.
pub const ACCOUNT: &str = "123456789012";

/// The answer's headers that the front passes on.
const PASSED_ON: [&str; 2] = ["content-type", "x-amzn-requestid"];

/// A running moto. It forgets everything when it is dropped.
pub struct Moto {
    address: String,
    _process: Process,
}

/// The access key of a user in moto. Moto makes it up; it opens nothing anywhere.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// `AKIA…`
    pub id: String,
    /// The secret that signs.
    pub secret: String,
}

impl Moto {
    /// Starts it. Until [`Moto::verify`] it takes every signature and grants everything.
    pub fn start() -> Self {
        let server = repository().join("target/python/bin/moto_server");
        assert!(
            server.is_file(),
            "{} is missing. Run: cargo xtask setup",
            server.display()
        );
        let mut command = Command::new(server);
        command
            .args(["-H", "127.0.0.1", "-p", "0"])
            .env("PYTHONUNBUFFERED", "1");
        let process = Process::start("moto_server", command);
        let address = process.wait_for("its address", |line| {
            Some(line.split_once("Running on http://")?.1.trim().to_owned())
        });
        Self {
            address,
            _process: process,
        }
    }

    /// Makes a user who may do `actions` (`ecr:*`, `sts:AssumeRole`) and has this access key.
    pub fn user(&self, name: &str, actions: &[&str]) -> AccessKey {
        self.iam(&[("Action", "CreateUser"), ("UserName", name)]);
        self.iam(&[
            ("Action", "PutUserPolicy"),
            ("UserName", name),
            ("PolicyName", "all that it may"),
            ("PolicyDocument", &allowing(actions)),
        ]);
        let answer = self.iam(&[("Action", "CreateAccessKey"), ("UserName", name)]);
        AccessKey {
            id: element(&answer, "AccessKeyId"),
            secret: element(&answer, "SecretAccessKey"),
        }
    }

    /// Makes a role that whoever gives this external id may take, and that may do `actions`; gives its ARN.
    pub fn role(&self, name: &str, external_id: &str, actions: &[&str]) -> String {
        let trust = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "sts:ExternalId": external_id } },
        }] });
        let answer = self.iam(&[
            ("Action", "CreateRole"),
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ]);
        self.iam(&[
            ("Action", "PutRolePolicy"),
            ("RoleName", name),
            ("PolicyName", "all that it may"),
            ("PolicyDocument", &allowing(actions)),
        ]);
        element(&answer, "Arn")
    }

    /// From now on signatures and permissions are checked.
    pub fn verify(&self) {
        let answer = ureq::post(format!("http://{}/moto-api/reset-auth", self.address))
            .header("Content-Type", "text/plain")
            .send("0");
        answer.expect("moto switches its checks on");
    }

    /// moto behind TLS, as the host that `certificate` names; it keeps the requests that came there.
    pub fn front(&self, certificate: &Certificate) -> Server {
        let upstream = self.address.clone();
        Server::start_tls(certificate, move |request| pass_on(&upstream, request))
    }

    /// Asks IAM, without a signature.
    fn iam(&self, parameters: &[(&str, &str)]) -> String {
        // Moto finds the service by the scope of the signature, whatever that is.
        let scope = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, \
                     SignedHeaders=host, Signature=x";
        let version = [("Version", "2010-05-08")];
        let form = version.iter().chain(parameters).copied();
        let mut answer = ureq::post(format!("http://{}/", self.address))
            .header("Authorization", scope)
            .send_form(form)
            .expect("moto does what IAM does");
        let text = answer.body_mut().read_to_string();
        text.expect("IAM answers in XML")
    }
}

/// A policy that allows these actions on everything.
fn allowing(actions: &[&str]) -> String {
    let statement = serde_json::json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    serde_json::json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let start = xml.find(&open).map(|start| start + open.len());
    let end = xml.find(&close);
    let text = start.zip(end).and_then(|(start, end)| xml.get(start..end));
    text.unwrap_or_else(|| panic!("no <{name}> in {xml}"))
        .to_owned()
}

/// The answer of a server on this machine to a request that was meant for another host: the host stays what it was,
/// because it is signed.
fn pass_on(upstream: &str, request: &Request) -> Answer {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .new_agent();
    let mut copy = ureq::http::Request::builder()
        .method(request.method.as_str())
        .uri(format!("http://{upstream}{}", request.target));
    for (name, value) in &request.headers {
        copy = copy.header(name, value);
    }
    let copy = copy
        .body(request.body.clone())
        .expect("what came over HTTP is sound");
    let mut answer = agent.run(copy).expect("the server behind answers");
    let body = answer.body_mut().read_to_vec().expect("the answer ends");
    let mut passed = Answer::new(answer.status().as_u16(), body);
    for name in PASSED_ON {
        if let Some(value) = answer
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
        {
            passed = passed.with(name, value);
        }
    }
    passed
}
