//! Objects in a bucket of an S3 service.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use entity::instant::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Aged, Error};

/// A file that is larger goes up in parts of this size, in bytes; a part that is cut off is sent
/// again alone.
const PART: u64 = 8 << 20;

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
    /// Whether an original may only be written where there is none (`If-None-Match`); switch it off
    /// for a service that does not know this.
    #[serde(default = "yes")]
    pub conditional: bool,
    /// Seconds for which whoever may have an original gets it from the bucket itself, by a signed
    /// address; 0: through this site.
    #[serde(default)]
    pub signed_seconds: u32,
}

fn region() -> String {
    "us-east-1".to_owned()
}

fn yes() -> bool {
    true
}

/// A bucket.
#[derive(Debug)]
pub struct Bucket {
    client: Client,
    name: String,
    conditional: bool,
    signed: Duration,
}

impl Bucket {
    pub(super) fn open(config: &Config) -> Self {
        let secret = std::fs::read_to_string(&config.secret_key_file).unwrap_or_default();
        let credentials =
            Credentials::new(&config.access_key, secret.trim(), None, None, "configuration");
        let patience = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(30))
            .operation_attempt_timeout(Duration::from_secs(120))
            .build();
        let mut settings = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(config.region.clone()))
            .credentials_provider(credentials)
            .timeout_config(patience)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .force_path_style(config.path_style);
        settings.set_endpoint_url(config.endpoint.clone());
        Self {
            client: Client::from_conf(settings.build()),
            name: config.bucket.clone(),
            conditional: config.conditional,
            signed: Duration::from_secs(config.signed_seconds.into()),
        }
    }

    pub(super) async fn put(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), Error> {
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(mime);
        put.body(bytes.into()).send().await.map_err(service)?;
        Ok(())
    }

    /// Keeps a file; with `once`, an object that is there already stays as it is.
    pub(super) async fn put_file(
        &self,
        key: &str,
        path: &Path,
        mime: &str,
        once: bool,
    ) -> Result<(), Error> {
        let size = tokio::fs::metadata(path).await?.len();
        let absent = (once && self.conditional).then(|| "*".to_owned());
        if size > PART {
            return self.put_parts(key, path, size, (mime, absent)).await;
        }
        let body = ByteStream::from_path(path).await.map_err(told)?;
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(mime);
        let put = put.set_if_none_match(absent).body(body).send().await;
        written(put.map(drop)).map(drop)
    }

    /// Keeps a file in parts. Unless they became the object, no part is left behind.
    async fn put_parts(
        &self,
        key: &str,
        path: &Path,
        size: u64,
        (mime, absent): (&str, Option<String>),
    ) -> Result<(), Error> {
        let begin = self.client.create_multipart_upload().bucket(&self.name).key(key);
        let begun = begin.content_type(mime).send().await.map_err(service)?;
        let id = begun.upload_id.ok_or_else(|| told("the upload has no number"))?;
        let sent = match self.parts(key, path, size, &id).await {
            Ok(parts) => {
                let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
                let end = self.client.complete_multipart_upload().bucket(&self.name).key(key);
                let end = end.upload_id(&id).multipart_upload(whole).set_if_none_match(absent);
                written(end.send().await.map(drop))
            }
            Err(error) => Err(error),
        };
        if !matches!(sent, Ok(true)) {
            // The service may be away; `hoithi storage gc` removes what is left then.
            let _ = self.forget(key, &id).await;
        }
        sent.map(drop)
    }

    /// Gives up the parts of one upload.
    async fn forget(&self, key: &str, id: &str) -> Result<(), Error> {
        let abort = self.client.abort_multipart_upload().bucket(&self.name).key(key);
        match abort.upload_id(id).send().await {
            // Somebody else gave it up, or ended it.
            Err(error) if error.code() == Some("NoSuchUpload") => Ok(()),
            done => done.map(drop).map_err(service),
        }
    }

    async fn parts(
        &self,
        key: &str,
        path: &Path,
        size: u64,
        id: &str,
    ) -> Result<Vec<CompletedPart>, Error> {
        let mut parts = Vec::new();
        for (number, start) in (1..).zip((0..size).step_by(usize::try_from(PART).unwrap_or(1))) {
            let length = PART.min(size - start);
            let body = ByteStream::read_from().path(path).offset(start);
            let body = body.length(Length::Exact(length)).build().await.map_err(told)?;
            let part = self.client.upload_part().bucket(&self.name).key(key).upload_id(id);
            let sent = part.part_number(number).body(body).send().await.map_err(service)?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
            parts.push(part.build());
        }
        Ok(parts)
    }

    pub(super) async fn get(&self, key: &str) -> Result<Bytes, Error> {
        self.read(key, None).await
    }

    pub(super) async fn range(&self, key: &str, range: Range<u64>) -> Result<Bytes, Error> {
        self.read(key, Some(format!("bytes={}-{}", range.start, range.end.saturating_sub(1)))).await
    }

    async fn read(&self, key: &str, range: Option<String>) -> Result<Bytes, Error> {
        let get = self.client.get_object().bucket(&self.name).key(key).set_range(range);
        let object = match get.send().await {
            Ok(object) => object,
            // Behind the end of an object there is nothing.
            Err(error) if error.code() == Some("InvalidRange") => return Ok(Bytes::new()),
            Err(error) => {
                return Err(match error.as_service_error() {
                    Some(GetObjectError::NoSuchKey(_)) => Error::Missing(key.to_owned()),
                    _ => service(error),
                });
            }
        };
        Ok(object.body.collect().await.map_err(told)?.into_bytes())
    }

    /// An address under which the object can be had for a while, saved under `name`; none where
    /// this site hands objects out itself.
    pub(super) async fn signed(
        &self,
        key: &str,
        mime: &str,
        saved: &str,
    ) -> Result<Option<String>, Error> {
        if self.signed.is_zero() {
            return Ok(None);
        }
        let get = self.client.get_object().bucket(&self.name).key(key);
        let get = get.response_content_type(mime).response_content_disposition(saved);
        let until = PresigningConfig::expires_in(self.signed).map_err(told)?;
        let signed = get.presigned(until).await.map_err(service)?;
        Ok(Some(signed.uri().to_owned()))
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        let delete = self.client.delete_object().bucket(&self.name).key(key);
        delete.send().await.map_err(service)?;
        Ok(())
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Aged>, Error> {
        let mut objects = Vec::new();
        let pages = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let mut pages = pages.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(service)?;
            objects.extend(page.contents().iter().filter_map(|object| {
                let written = object.last_modified?.secs();
                Some(Aged { key: object.key.clone()?, written_at: seconds(written) })
            }));
        }
        Ok(objects)
    }

    /// Gives up parts of objects that were begun before `before` and never became whole.
    pub(super) async fn forget_parts(&self, before: Instant) -> Result<usize, Error> {
        let (mut forgotten, mut after) = (0, (None, None));
        loop {
            let page = self.client.list_multipart_uploads().bucket(&self.name);
            let page = page.set_key_marker(after.0).set_upload_id_marker(after.1);
            let page = match page.send().await {
                // A service that does not tell them sweeps them itself or not at all.
                Err(error) if error.code() == Some("NotImplemented") => return Ok(forgotten),
                page => page.map_err(service)?,
            };
            for upload in page.uploads() {
                let begun = upload.initiated().map(|at| seconds(at.secs()));
                let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) else { continue };
                if begun.is_some_and(|begun| begun < before) {
                    self.forget(key, id).await?;
                    forgotten += 1;
                }
            }
            if page.is_truncated != Some(true) || page.next_key_marker.is_none() {
                return Ok(forgotten);
            }
            after = (page.next_key_marker, page.next_upload_id_marker);
        }
    }
}

fn seconds(seconds: i64) -> Instant {
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH).into()
}

/// Whether an object was written; one that is there already was, by an earlier try whose answer was
/// lost.
fn written<E, R>(put: Result<(), SdkError<E, R>>) -> Result<bool, Error>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + 'static,
{
    match put {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
        Err(error) => Err(service(error)),
    }
}

fn told(error: impl std::fmt::Display) -> Error {
    Error::Service(error.to_string())
}

fn service<E: std::error::Error + 'static, R: std::fmt::Debug + 'static>(
    error: SdkError<E, R>,
) -> Error {
    Error::Service(DisplayErrorContext(error).to_string())
}
