"""The report of an import as one HTML page, to be sent back to whoever sent the data."""

from viz.import_report.context import Outline, ReportContext, context_of
from viz.import_report.page import report_html

__all__ = ["Outline", "ReportContext", "context_of", "report_html"]
