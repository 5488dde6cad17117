"""Walks a local AWS with boto3 as a program would, from schemas to outputs; prints one JSON object of what it saw."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

import boto3

from signed_call import Caller

ENDPOINT, KEY, SECRET, FOLDER = sys.argv[1:5]
BUCKET = "films"
ROLE = "arn:aws:iam::123456789012:role/nightjar"
RECIPE = "arn:aws:personalize:::recipe/"
PAGINATED = [
    "schemas",
    "dataset_groups",
    "datasets",
    "dataset_import_jobs",
    "solutions",
    "solution_versions",
    "recipes",
    "filters",
    "batch_inference_jobs",
    "batch_segment_jobs",
]

session = boto3.Session(aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1")
s3 = session.client("s3", endpoint_url=ENDPOINT)
personalize = session.client("personalize", endpoint_url=ENDPOINT)
call = Caller(personalize, session)
seen = {"dates": True, "outputs": {}, "metrics": {}}


def wait_for(describe, member, **arn):
    while True:
        described = call(describe, **arn)[member]
        seen["dates"] &= all(
            isinstance(described[name], datetime) or describe in call.by_hand
            for name in ["creationDateTime", "lastUpdatedDateTime"]
        )
        if described["status"] in ["ACTIVE", "COMPLETED"]:
            return described
        if "FAILED" in described["status"]:
            raise RuntimeError(described["failureReason"])
        time.sleep(0.05)


def bring(folder):
    for file in sorted(Path(FOLDER, folder).rglob("*")):
        if file.is_file():
            s3.upload_file(str(file), BUCKET, str(file.relative_to(FOLDER)))


def import_into(name, dataset, location, mode="FULL"):
    job = call(
        "CreateDatasetImportJob",
        jobName=name,
        datasetArn=dataset,
        dataSource={"dataLocation": f"s3://{BUCKET}/{location}"},
        roleArn=ROLE,
        importMode=mode,
    )
    wait_for("DescribeDatasetImportJob", "datasetImportJob", **only(job, "datasetImportJobArn"))


def only(answer, member):
    return {member: answer[member]}


def add_dataset(kind, group):
    schema = call("CreateSchema", name=kind, schema=Path(FOLDER, f"schemas/{kind}.json").read_text())
    made = call("CreateDataset", name=kind, datasetType=kind, datasetGroupArn=group, **only(schema, "schemaArn"))
    wait_for("DescribeDataset", "dataset", **only(made, "datasetArn"))
    return made["datasetArn"]


def train(recipe, group):
    solution = call("CreateSolution", name=recipe, datasetGroupArn=group, recipeArn=RECIPE + recipe)
    version = call("CreateSolutionVersion", **only(solution, "solutionArn"))
    wait_for("DescribeSolutionVersion", "solutionVersion", **only(version, "solutionVersionArn"))
    metrics = call("GetSolutionMetrics", **only(version, "solutionVersionArn"))["metrics"]
    assert all(isinstance(value, float) for value in metrics.values()), metrics
    seen["metrics"][recipe] = sorted(metrics)
    return version["solutionVersionArn"]


def run_job(name, lines, version, kind="BatchInferenceJob", **more):
    member = kind[0].lower() + kind[1:]
    made = call(
        "Create" + kind,
        jobName=name,
        solutionVersionArn=version,
        numResults=5,
        jobInput={"s3DataSource": {"path": f"s3://{BUCKET}/in/{lines}.json"}},
        jobOutput={"s3DataDestination": {"path": f"s3://{BUCKET}/out/{name}/"}},
        roleArn=ROLE,
        **more,
    )
    wait_for("Describe" + kind, member, **only(made, member + "Arn"))
    key = f"out/{name}/{lines}.json.out"
    seen["outputs"][key] = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()


def add_filter(name, group, expression):
    made = call("CreateFilter", name=name, datasetGroupArn=group, filterExpression=expression)
    wait_for("DescribeFilter", "filter", **only(made, "filterArn"))
    return made["filterArn"]


def error_of(operation, **request):
    """Gives the name of the exception class, which the client makes out of its model."""
    try:
        call(operation, **request)
    except personalize.exceptions.ClientError as error:
        return [type(error).__name__, error.response["ResponseMetadata"]["HTTPStatusCode"]]
    return "done"


s3.create_bucket(Bucket=BUCKET)
bring("data")
bring("in")
group = call("CreateDatasetGroup", name="films", tags=[{"tagKey": "team", "tagValue": "films"}])["datasetGroupArn"]
wait_for("DescribeDatasetGroup", "datasetGroup", datasetGroupArn=group)
datasets = {kind: add_dataset(kind, group) for kind in ["interactions", "items", "users"]}
import_into("interactions", datasets["interactions"], "data/interactions/")
import_into("items", datasets["items"], "data/items.csv")
import_into("items-changed", datasets["items"], "data/items-changed.csv", "INCREMENTAL")
import_into("users", datasets["users"], "data/users.csv")

recipes = [
    "aws-user-personalization",
    "aws-popularity-count",
    "aws-personalized-ranking",
    "aws-similar-items",
    "aws-sims",
    "aws-item-affinity",
    "aws-item-attribute-affinity",
]
versions = {recipe: train(recipe, group) for recipe in recipes}

not_bought = add_filter("not-bought", group, 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")')
bought = add_filter("bought", group, 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")')
genre = add_filter("genre", group, "INCLUDE ItemID WHERE Items.GENRES IN ($GENRE) AND Items.PRICE <= $PRICE")
grown_up = add_filter("grown-up", group, "INCLUDE UserID WHERE Users.AGE >= 18")
themes = {
    "batchInferenceJobMode": "THEME_GENERATION",
    "themeGenerationConfig": {"fieldsForThemeGeneration": {"itemName": "NAME"}},
}
exploration = {"itemExplorationConfig": {"explorationWeight": "0.5", "explorationItemAgeCutOff": "7"}}
run_job("picks", "users", versions["aws-user-personalization"], batchInferenceJobConfig=exploration)
run_job("not-bought", "users", versions["aws-user-personalization"], filterArn=not_bought)
run_job("bought", "users", versions["aws-user-personalization"], filterArn=bought)
run_job("popular", "users", versions["aws-popularity-count"])
run_job("western", "values", versions["aws-user-personalization"], filterArn=genre)
run_job("ranked", "lists", versions["aws-personalized-ranking"])
run_job("themes", "one-item", versions["aws-similar-items"], **themes)
run_job("sims", "items", versions["aws-sims"])
run_job("fans", "items", versions["aws-item-affinity"], "BatchSegmentJob", filterArn=grown_up)
run_job("drama", "attributes", versions["aws-item-attribute-affinity"], "BatchSegmentJob")

seen["pages"] = {}
for name in PAGINATED:
    pages = list(personalize.get_paginator("list_" + name).paginate(PaginationConfig={"PageSize": 2}))
    lists = [value for page in pages for value in page.values() if isinstance(value, list)]
    seen["pages"][name] = [len(pages), sum(len(one) for one in lists)]

call("TagResource", resourceArn=group, tags=[{"tagKey": "cost", "tagValue": "7"}])
call("UntagResource", resourceArn=group, tagKeys=["team"])
seen["tags"] = call("ListTagsForResource", resourceArn=group)["tags"]
wider = call("CreateSchema", name="wider", schema=Path(FOLDER, "schemas/items-wider.json").read_text())
call("UpdateDataset", datasetArn=datasets["items"], **only(wider, "schemaArn"))
updated = wait_for("DescribeDataset", "dataset", datasetArn=datasets["items"])
deletion = call(
    "CreateDataDeletionJob",
    jobName="gone",
    datasetGroupArn=group,
    dataSource={"dataLocation": f"s3://{BUCKET}/data/gone.csv"},
    roleArn=ROLE,
)
deleted = wait_for("DescribeDataDeletionJob", "dataDeletionJob", **only(deletion, "dataDeletionJobArn"))
seen["changed"] = [updated["schemaArn"] == wider["schemaArn"], deleted["numDeleted"]]

seen["errors"] = [
    error_of("CreateDatasetGroup", name="films"),
    error_of("DescribeSchema", schemaArn="arn:aws:personalize:us-east-1:123456789012:schema/none"),
    error_of("CreateDatasetGroup", name="not a name"),
    error_of("DeleteDatasetGroup", datasetGroupArn=group),
    error_of("ListSchemas", nextToken="made-up"),
    error_of("TagResource", resourceArn=group, tags=[{"tagKey": f"k{n}", "tagValue": ""} for n in range(51)]),
    error_of("CreateCampaign", name="films", solutionVersionArn=versions["aws-sims"]),
]

for version in versions.values():
    call("DeleteSolution", solutionArn=version.rsplit("/", 1)[0])
for one in [not_bought, bought, genre, grown_up]:
    call("DeleteFilter", filterArn=one)
for dataset in datasets.values():
    call("DeleteDataset", datasetArn=dataset)
call("DeleteDatasetGroup", datasetGroupArn=group)
for schema in call("ListSchemas")["schemas"]:
    call("DeleteSchema", **only(schema, "schemaArn"))
seen["left"] = [len(call(f"List{kind}")[kind[0].lower() + kind[1:]]) for kind in ["Schemas", "DatasetGroups", "Solutions"]]
seen["by_hand"] = call.by_hand
print(json.dumps(seen))
