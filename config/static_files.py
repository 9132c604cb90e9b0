"""Static files under names that change with what is in them, so that browsers may keep them for ever."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

MODULES = "js/door/*.js"


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Also what the door's modules import from each other is found under such names.

    Of those alone: some packages bring scripts that import what only a build step would find.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        MODULES,
        HashedFilesMixin._js_module_import_aggregation_patterns[1],
    )
