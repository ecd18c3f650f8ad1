# Says of each callback on standard input, as the library's validator sees it, "true" or "false".
# A line has its URL, its signature and its form, with tabs between them.

import sys
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

validator = RequestValidator(sys.argv[1])
for line in sys.stdin:
    url, signature, body = line.rstrip("\n").split("\t")
    print("true" if validator.validate(url, dict(parse_qsl(body)), signature) else "false")
