"""Calls Personalize with boto3 where its model knows the request, else as a request that botocore signs."""

import json

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session


class Caller:
    """Calls operations by AWS's names. `by_hand` lists those that this boto3 is too old for."""

    def __init__(self, client, session):
        self.client = client
        self.session = session
        self.by_hand = []

    def __call__(self, operation, **request):
        model = self.client.meta.service_model
        if operation in model.operation_names:
            known = model.operation_model(operation).input_shape.members
            if all(member in known for member in request):
                method = "".join("_" + c.lower() if c.isupper() else c for c in operation).lstrip("_")
                return getattr(self.client, method)(**request)
        if operation not in self.by_hand:
            self.by_hand.append(operation)
        return self._send(operation, request)

    def _send(self, operation, request):
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AmazonPersonalize.{operation}",
        }
        url = self.client.meta.endpoint_url
        call = AWSRequest(method="POST", url=url, data=json.dumps(request), headers=headers)
        credentials = self.session.get_credentials()
        SigV4Auth(credentials, "personalize", self.client.meta.region_name).add_auth(call)
        answer = URLLib3Session().send(call.prepare())
        if answer.status_code != 200:
            raise RuntimeError(f"{operation}: {answer.text}")
        return json.loads(answer.text or "{}")
