//! The conversation with a container registry over an injected HTTP client.
