#!/bin/sh
# Starts SeaweedFS with two accounts: the administrator, and the services' one, which can do
# nothing but read, write and list in the two buckets.
set -eu
umask 077

cat >/tmp/identities.json <<JSON
{
  "identities": [
    {
      "name": "admin",
      "credentials": [
        {"accessKey": "$S3_ADMIN_ACCESS_KEY", "secretKey": "$S3_ADMIN_SECRET_KEY"}
      ],
      "actions": ["Admin", "Read", "Write", "List", "Tagging"]
    },
    {
      "name": "services",
      "credentials": [{"accessKey": "$S3_ACCESS_KEY", "secretKey": "$S3_SECRET_KEY"}],
      "actions": [
        "Read:$BUCKET_UPLOADS", "Write:$BUCKET_UPLOADS", "List:$BUCKET_UPLOADS",
        "Read:$BUCKET_SEALED", "Write:$BUCKET_SEALED", "List:$BUCKET_SEALED"
      ]
    }
  ]
}
JSON

exec weed -logtostderr mini -dir=/data -ip=127.0.0.1 -ip.bind=0.0.0.0 \
    -s3.config=/tmp/identities.json -s3.port=8333 -s3.port.iceberg=0 -s3.port.lance=0 \
    -s3.iam=false -admin.ui=false -webdav=false -master.telemetry=false
