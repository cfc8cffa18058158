"""What the parts of the baseline share: boto3 clients for the stand-ins, names, and the network."""
import os

import boto3

REQUESTS = "flotilla-request"
RESPONSES = "flotilla-response"
INPUT = "flotilla-input"
OUTPUT = "flotilla-output"


def client(service):
    return boto3.client(service, endpoint_url=os.environ["BASELINE_" + service.upper()], region_name="us-east-1",
                        aws_access_key_id="local", aws_secret_access_key="local")


def queue_url(sqs, name):
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def load_network():
    """The network of bench/make_resnet18.py, as the ancestors' classifiers load theirs."""
    import torch
    import torchvision
    network = torchvision.models.resnet18(weights=None)
    network.load_state_dict(torch.load(os.path.join(os.environ["BASELINE_MATERIAL"], "resnet18.pth")))
    network.eval()
    return network


def load_labels():
    with open(os.path.join(os.environ["BASELINE_MATERIAL"], "resnet18", "labels.txt"), encoding="utf-8") as lines:
        return lines.read().splitlines()


def label_of(network, labels, file):
    """The label of an image file: PIL decodes and resizes, torchvision normalises, as in PyTorch's own tutorials."""
    import torch
    from PIL import Image
    from torchvision import transforms
    image = transforms.Compose([
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ])(Image.open(file).convert("RGB"))
    with torch.no_grad():
        return labels[int(network(image.unsqueeze(0)).argmax())]
