"""WeChat by the demo's own carrier."""

from django.utils.translation import gettext_lazy as _

from notices.channels.demo_carrier import Demo

CARRIER = Demo("demo_wechat", _("Demo carrier"), "wechat")
