//! Amazon ECR, by its own names: moto stands for the API and for STS, a real registry for the registry.

use bowline_tests::{
    moto::{ACCOUNT, AccessKey, Moto},
    server::Server,
};

use super::*;

const API: &str = "api.ecr.eu-west-1.amazonaws.com";
const STS: &str = "sts.eu-west-1.amazonaws.com";
const REGISTRY: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/// AWS on this machine, and the application that takes it for AWS.
struct Aws {
    moto: Moto,
    api: Server,
    sts: Server,
    _registries: [Registry; 2],
    app: App,
}

impl Aws {
    /// With one image, `team/app:v1`.
    fn start() -> Self {
        let moto = Moto::start();
        let images = Registry::start(&Access::Open);
        images.push(&Image::new("ecr"), "team/app:v1");
        // What moto hands out for everybody.
        let password = format!("{ACCOUNT}-auth-token");
        let registry = images.serve_as(
            Certificate::for_host(REGISTRY),
            &Access::Basic(&[("AWS", &password)]),
        );
        let certificates = [API, STS].map(Certificate::for_host);
        let [api, sts] = certificates.each_ref().map(|it| moto.front(it));
        let app = App::start_with(Setup {
            authorities: certificates
                .iter()
                .chain(registry.certificate())
                .map(|certificate| certificate.authority.clone())
                .collect(),
            resolve: vec![
                format!("{API}:443:{}", api.authority()),
                format!("{STS}:443:{}", sts.authority()),
                format!("{REGISTRY}:443:{}", registry.authority()),
            ],
            ..Setup::default().public()
        });
        Self {
            moto,
            api,
            sts,
            _registries: [images, registry],
            app,
        }
    }

    fn check(&self, form: &Value) -> Value {
        check(&self.app.client(&["acme"]), form, Some("team/app:v1"))
    }
}

fn with_key(key: &AccessKey) -> Value {
    json!({
        "provider": "amazon-ecr", "name": "ecr", "auth": "access-key",
        "values": { "region": "eu-west-1", "accountId": ACCOUNT,
                    "accessKeyId": key.id, "secretAccessKey": key.secret },
    })
}

fn with_role(key: &AccessKey, arn: &str, external_id: &str) -> Value {
    let mut form = with_key(key);
    form["auth"] = json!("assume-role");
    form["values"]["roleArn"] = json!(arn);
    form["values"]["externalId"] = json!(external_id);
    form
}

#[test]
fn keys_and_roles_are_exchanged_for_a_password_at_the_apis_own_host() {
    let aws = Aws::start();
    let alice = aws.moto.user("alice", &["ecr:*", "sts:AssumeRole"]);
    let bob = aws.moto.user("bob", &["sts:AssumeRole"]);
    let role = aws.moto.role("reader", "issued-for-acme", &["ecr:*"]);
    aws.moto.verify();

    let right = aws.check(&with_key(&alice));
    passed(&right, "pull");
    let asked = aws.api.requests();
    assert_eq!(asked.len(), 1, "{asked:#?}");
    assert_eq!(asked[0].headers["host"], API);

    let assumed = aws.check(&with_role(&bob, &role, "issued-for-acme"));
    passed(&assumed, "pull");
    assert_eq!(aws.sts.requests()[0].headers["host"], STS);

    let wrong_secret = AccessKey {
        secret: bob.secret.clone(),
        ..alice.clone()
    };
    let unknown = AccessKey {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        ..alice
    };
    for (name, form) in [
        ("a wrong secret", with_key(&wrong_secret)),
        ("an unknown key", with_key(&unknown)),
    ] {
        println!("{name}");
        problem(&aws.check(&form), "auth.rejected", "reach");
    }
    let others = aws.check(&with_role(&bob, &role, "issued-for-another"));
    assert_eq!(others["ok"], false, "{others:#}");
}
