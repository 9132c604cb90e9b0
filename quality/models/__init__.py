"""Complaints, and samples of visits that are looked into."""

from quality.models.complaint import Complaint
from quality.models.sample import Finding, Review, Sample, SampleLine

__all__ = ["Complaint", "Finding", "Review", "Sample", "SampleLine"]
