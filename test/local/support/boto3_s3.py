"""Walks the S3 of a local AWS with boto3 as a program would; prints one JSON object of what it saw."""

import io
import json
import sys
import urllib.parse
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, KEY, SECRET = sys.argv[1:4]
BUCKET = "boto"
MIB = 1024**2


def client(endpoint=ENDPOINT, **settings):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(**{"retries": {"max_attempts": 1}, **settings}),
    )


def error_of(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"


def fetch(url, method="GET", data=None, headers={}):
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    # urllib adds a content type to bodies, which version 2 of the signature would count.
    if data is not None:
        request.add_header("Content-Type", "")
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


s3 = client()
seen = {}
s3.create_bucket(Bucket=BUCKET)
s3.get_waiter("bucket_exists").wait(Bucket=BUCKET)

keys = ["a b+c%25.txt", "/lead", "x//y", "日本/🦉", "..", "dir/", "tab\tand\x01", "k" * 1024]
for key in keys:
    s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), Metadata={"n": str(len(key))})
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 3})
seen["listed"] = [one["Key"] for page in pages for one in page["Contents"]] == sorted(keys, key=lambda k: k.encode())
seen["read"] = all(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == key.encode() for key in keys)

big = bytes(range(256)) * (11 * MIB // 256) + b"end"
parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
s3.upload_fileobj(io.BytesIO(big), BUCKET, "big", ExtraArgs={"ContentType": "text/x-big"}, Config=parts)
s3.copy({"Bucket": BUCKET, "Key": "big"}, BUCKET, "big-copy", Config=parts)
for key in ["big", "big-copy"]:
    target = io.BytesIO()
    s3.download_fileobj(BUCKET, key, target, Config=parts)
    head = s3.head_object(Bucket=BUCKET, Key=key)
    seen[key] = [target.getvalue() == big, head["ContentType"], head["ETag"][-3:-1]]

for name, settings in {
    "v2": {},
    "v4": {"signature_version": "s3v4"},
}.items():
    signer = client(**settings)
    url = lambda operation, **more: signer.generate_presigned_url(
        operation, Params={"Bucket": BUCKET, "Key": f"presigned é {name}", **more}, ExpiresIn=60
    )
    put = url("put_object", Metadata={"by": name})
    # Version 2 carries metadata in the URL; with version 4 the client sends the headers that were signed.
    fetch(put, "PUT", b"brought", {} if name == "v2" else {"x-amz-meta-by": name})
    seen[f"presigned-{name}"] = [
        ("AWSAccessKeyId" in put) == (name == "v2"),
        s3.head_object(Bucket=BUCKET, Key=f"presigned é {name}")["Metadata"]["by"],
        fetch(url("get_object", ResponseContentType="text/x-own")),
        fetch(url("delete_object"), "DELETE"),
        error_of(lambda: signer.head_object(Bucket=BUCKET, Key=f"presigned é {name}")),
    ]

for name, settings in {"v2": {}, "v4": {"signature_version": "s3v4"}}.items():
    signer = client(s3={"addressing_style": "virtual"}, endpoint=ENDPOINT.replace("127.0.0.1", "localhost"), **settings)
    url = signer.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "x//y"}, ExpiresIn=60)
    host = urllib.parse.urlsplit(url).netloc
    seen[f"virtual-{name}"] = [host.split(":")[0], fetch(url.replace(host, ENDPOINT[7:]), headers={"Host": host})]

s3.put_object_tagging(Bucket=BUCKET, Key="big", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
seen["tags"] = s3.get_object_tagging(Bucket=BUCKET, Key="big")["TagSet"]
seen["versioning"] = s3.get_bucket_versioning(Bucket=BUCKET).get("Status", "never")
seen["errors"] = [
    error_of(lambda: s3.get_object(Bucket=BUCKET, Key="absent")),
    error_of(lambda: s3.head_object(Bucket=BUCKET, Key="absent")),
    error_of(lambda: s3.put_object(Bucket=BUCKET, Key="x", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")),
    error_of(lambda: s3.delete_bucket(Bucket=BUCKET)),
    error_of(lambda: s3.get_bucket_policy(Bucket=BUCKET)),
]

bucket = boto3.resource(
    "s3", endpoint_url=ENDPOINT, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
).Bucket(BUCKET)
bucket.objects.filter(Prefix="x").delete()
# The answer to a removal of many names them, and XML has no form of this one that Python reads.
s3.delete_object(Bucket=BUCKET, Key="tab\tand\x01")
seen["left"] = sum(1 for _ in bucket.objects.all())
bucket.object_versions.delete()
bucket.delete()
seen["gone"] = error_of(lambda: s3.head_bucket(Bucket=BUCKET))
print(json.dumps(seen))
