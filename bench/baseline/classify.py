#!/usr/bin/python3
"""Classifies one image file and prints its label: the ancestors' classifier, a process for each image."""
import sys

import common

print(common.label_of(common.load_network(), common.load_labels(), sys.argv[1]))
