#!/usr/bin/python3
"""The ancestors' web tier: Flask takes an image, stores it, sends its key, and waits for the label.

One thread collects the responses of all requests from the queue; each request looks for its own in a dictionary.
"""
import json
import os
import threading
import uuid

from flask import Flask, request
from werkzeug.serving import make_server

import common

app = Flask(__name__)
s3 = common.client("s3")
sqs = common.client("sqs")
request_queue = common.queue_url(sqs, common.REQUESTS)
response_queue = common.queue_url(sqs, common.RESPONSES)
answers = {}
arrived = threading.Condition()


@app.post("/")
def classify():
    file = request.files["inputFile"]
    # The ancestors use the file's name alone, so that two of one name get each other's answer; that would only make
    # the comparison fail, so the baseline puts an id before it.
    key = str(uuid.uuid4()) + "-" + os.path.basename(file.filename)
    s3.upload_fileobj(file, common.INPUT, key)
    sqs.send_message(QueueUrl=request_queue, MessageBody=key)
    with arrived:
        arrived.wait_for(lambda: key in answers)
        label = answers.pop(key)
    return os.path.splitext(os.path.basename(file.filename))[0] + ":" + label, {"Content-Type": "text/plain"}


def collect():
    while True:
        got = sqs.receive_message(QueueUrl=response_queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            answer = json.loads(message["Body"])
            with arrived:
                answers[answer["key"]] = answer["label"]
                arrived.notify_all()
            sqs.delete_message(QueueUrl=response_queue, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    threading.Thread(target=collect, daemon=True).start()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    print("ready http://127.0.0.1:%d" % server.server_port, flush=True)
    server.serve_forever()
