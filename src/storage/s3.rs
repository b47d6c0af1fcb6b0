//! Objects in a bucket of an S3 service.

use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Error;

/// A bucket of an S3 service.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address of the service; absent: Amazon's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Region.
    #[serde(default = "region")]
    pub region: String,
    /// Bucket; it has to exist.
    pub bucket: String,
    /// Access key.
    pub access_key: String,
    /// File that holds the secret key, and nothing else.
    pub secret_key_file: PathBuf,
    /// Whether the bucket stands in the path instead of the host name.
    #[serde(default)]
    pub path_style: bool,
}

fn region() -> String {
    "us-east-1".to_owned()
}

/// A bucket.
#[derive(Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    pub(super) fn open(config: &Config) -> Self {
        let secret = std::fs::read_to_string(&config.secret_key_file).unwrap_or_default();
        let credentials =
            Credentials::new(&config.access_key, secret.trim(), None, None, "configuration");
        let mut settings = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region.clone()))
            .credentials_provider(credentials)
            .force_path_style(config.path_style);
        settings.set_endpoint_url(config.endpoint.clone());
        Self { client: Client::from_conf(settings.build()), name: config.bucket.clone() }
    }

    pub(super) async fn put(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), Error> {
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(mime);
        put.body(bytes.into()).send().await.map_err(service)?;
        Ok(())
    }

    pub(super) async fn put_file(&self, key: &str, path: &Path, mime: &str) -> Result<(), Error> {
        let body = ByteStream::from_path(path).await;
        let body = body.map_err(|error| Error::Service(error.to_string()))?;
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(mime);
        put.body(body).send().await.map_err(service)?;
        Ok(())
    }

    pub(super) async fn get(&self, key: &str) -> Result<Bytes, Error> {
        let object = self.client.get_object().bucket(&self.name).key(key).send().await;
        let object = object.map_err(|error| match error.as_service_error() {
            Some(GetObjectError::NoSuchKey(_)) => Error::Missing(key.to_owned()),
            _ => service(error),
        })?;
        let body = object.body.collect().await;
        Ok(body.map_err(|error| Error::Service(error.to_string()))?.into_bytes())
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        let delete = self.client.delete_object().bucket(&self.name).key(key);
        delete.send().await.map_err(service)?;
        Ok(())
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let mut keys = Vec::new();
        let pages = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let mut pages = pages.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(service)?;
            keys.extend(page.contents().iter().filter_map(|object| object.key.clone()));
        }
        Ok(keys)
    }
}

fn service<E: std::error::Error + 'static, R: std::fmt::Debug + 'static>(
    error: SdkError<E, R>,
) -> Error {
    Error::Service(DisplayErrorContext(error).to_string())
}
