"""What the jobs are told, and the one thing they refuse: the demo's passwords outside a demo."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.stacks.containers.errors import DemoSecretError
from deploy.world.pki import PUBLIC_URL

_DEMO_VALUE = "demo-"


class JobSettings(BaseSettings):
    """`DEMO` is asked for by name: nobody gets a demo by forgetting to say so."""

    model_config = SettingsConfigDict(frozen=True)

    demo: bool

    def refuse_demo_secrets(self) -> None:
        """Check every secret of this job.

        Raises:
            DemoSecretError: it is no demo, and a secret is one that everybody knows.
        """
        if self.demo:
            return
        public = [
            name.upper()
            for name in type(self).model_fields
            if isinstance(value := getattr(self, name), SecretStr)
            and value.get_secret_value().startswith(_DEMO_VALUE)
        ]
        if public:
            raise DemoSecretError(public)


class MongoJob(JobSettings):
    """The replica set's only member and the two accounts."""

    mongo_member: str = "mongo:27017"
    mongo_admin_user: str
    mongo_admin_password: SecretStr
    mongo_user: str
    mongo_password: SecretStr


class BucketsJob(JobSettings):
    """The buckets, and who may make them."""

    s3_endpoint: str
    s3_region: str = "us-east-1"
    s3_secure: bool = False
    s3_admin_access_key: str
    s3_admin_secret_key: SecretStr
    s3_secret_key: SecretStr
    bucket_uploads: str = "uploads"
    bucket_sealed: str = "sealed"


class PkiJob(JobSettings):
    """Where keys are, where what everybody may have of them goes; secrets of no other job."""

    pki_dir: Path
    trust_dir: Path
    public_url: str = PUBLIC_URL
    identity_secret: SecretStr
    codes_secret: SecretStr
    profiles_secret: SecretStr
    papers_secret: SecretStr
    patients_secret: SecretStr
    visits_secret: SecretStr
    orders_secret: SecretStr
    letters_secret: SecretStr
    records_secret: SecretStr
    vaccinations_secret: SecretStr
    authenticators_secret: SecretStr
    keys_secret: SecretStr
    notifier_sms_secret: SecretStr
    notifier_push_secret: SecretStr
