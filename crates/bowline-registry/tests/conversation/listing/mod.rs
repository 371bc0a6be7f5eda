//! Listing repositories and tags: one file a product, each with a double of its API.

mod amazon_ecr;
mod azure_acr;
mod cloudsmith;
mod digitalocean;
mod docker_hub;
mod docker_trusted_registry;
mod every;
mod github;
mod gitlab;
mod google;
mod harbor;
mod huawei_swr;
mod ibm;
mod jfrog_artifactory;
mod openshift;
mod paging;
mod product;
mod quay;
mod registry_api;
mod scaleway;
mod session;
mod streaming;
