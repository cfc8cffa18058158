#!/usr/bin/python3
"""The ancestors' app tier on one instance: takes one message after the other, classifies, stores, responds, deletes.

app.py process   starts classify.py for each image, as the ancestors do
app.py loaded    keeps the network loaded, the kinder variant
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import common

PAUSE = 5
HERE = os.path.dirname(os.path.abspath(__file__))


def in_a_process(file):
    return subprocess.run([sys.executable, os.path.join(HERE, "classify.py"), file], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


def loaded():
    network = common.load_network()
    labels = common.load_labels()
    return lambda file: common.label_of(network, labels, file)


def main(kind):
    s3 = common.client("s3")
    sqs = common.client("sqs")
    requests = common.queue_url(sqs, common.REQUESTS)
    responses = common.queue_url(sqs, common.RESPONSES)
    classify = loaded() if kind == "loaded" else in_a_process
    print("ready", flush=True)
    folder = tempfile.mkdtemp(dir=os.environ["BASELINE_TEMP"])
    while True:
        messages = sqs.receive_message(QueueUrl=requests, MaxNumberOfMessages=1).get("Messages", [])
        if not messages:
            time.sleep(PAUSE)
            continue
        key = messages[0]["Body"]
        file = os.path.join(folder, key)
        s3.download_file(common.INPUT, key, file)
        label = classify(file)
        s3.put_object(Bucket=common.OUTPUT, Key=os.path.splitext(key)[0], Body=label.encode())
        sqs.send_message(QueueUrl=responses, MessageBody=json.dumps({"key": key, "label": label}))
        sqs.delete_message(QueueUrl=requests, ReceiptHandle=messages[0]["ReceiptHandle"])
        os.remove(file)


if __name__ == "__main__":
    main(sys.argv[1])
