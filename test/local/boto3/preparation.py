"""Prepares account, bucket and role for Personalize with boto3, and cleans up; prints one JSON object of what it saw."""

import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

ENDPOINT, KEY, SECRET, REGION = sys.argv[1:5]


def client(name, secret=SECRET):
    return boto3.client(
        name,
        endpoint_url=ENDPOINT,
        aws_access_key_id=KEY,
        aws_secret_access_key=secret,
        region_name=REGION,
    )


def error_of(call):
    try:
        call()
    except ClientError as error:
        answer = error.response
        return [answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]]
    return "done"


seen = {}
identity = client("sts").get_caller_identity()
seen["identity"] = [identity["Account"], identity["Arn"], identity["UserId"]]

s3 = client("s3")
bucket = f"{identity['Account']}-{REGION}-films"
if REGION == "us-east-1":
    s3.create_bucket(Bucket=bucket)
else:
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "personalize.amazonaws.com"},
            "Action": ["s3:*Object", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        }
    ],
}
s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
seen["policy"] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy

iam = client("iam")
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
name = {"RoleName": "PersonalizeRole"}
new = {**name, "AssumeRolePolicyDocument": json.dumps(trust)}
full = "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess"
created = iam.create_role(**new, Description="for films")["Role"]
try:
    iam.create_role(**new)
except iam.exceptions.EntityAlreadyExistsException:
    found = iam.get_role(**name)["Role"]
seen["role"] = [found["Arn"], found == {**created, "AssumeRolePolicyDocument": trust}, abs(found["CreateDate"].timestamp() - time.time()) < 600]
own = iam.create_policy(PolicyName="films", PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
iam.attach_role_policy(**name, PolicyArn=full)
iam.attach_role_policy(**name, PolicyArn=own)
iam.put_role_policy(**name, PolicyName="inline", PolicyDocument=json.dumps(policy))
seen["attached"] = iam.list_attached_role_policies(**name)["AttachedPolicies"]

seen["errors"] = [
    error_of(lambda: iam.get_role(RoleName="Absent")),
    error_of(lambda: iam.create_role(RoleName="bad name", AssumeRolePolicyDocument="{}")),
    error_of(lambda: iam.create_role(RoleName="Other", AssumeRolePolicyDocument="no json")),
    error_of(lambda: iam.create_role(**{**new, "RoleName": "Other"}, Path="/films/")),
    error_of(lambda: iam.attach_role_policy(**name, PolicyArn=own + "-absent")),
    error_of(lambda: iam.detach_role_policy(**name, PolicyArn=full + "-absent")),
    error_of(lambda: iam.delete_policy(PolicyArn=own)),
    error_of(lambda: iam.delete_role(**name)),
    error_of(lambda: iam.list_users()),
    error_of(lambda: client("iam", "wrong").get_role(**name)),
    error_of(lambda: client("sts", "wrong").get_caller_identity()),
    error_of(lambda: client("sts").get_session_token()),
]

for arn in [full, own]:
    iam.detach_role_policy(**name, PolicyArn=arn)
seen["inline"] = error_of(lambda: iam.delete_role(**name))
iam.delete_role_policy(**name, PolicyName="inline")
iam.delete_policy(PolicyArn=own)
if len(sys.argv) > 5:
    iam.delete_role(**name)
print(json.dumps(seen))
