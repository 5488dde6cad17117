"""Reads mails with Python's e-mail package and compares them with what was meant: JSON Lines {raw, wanted} on stdin."""
import base64
import email
import email.header
import email.utils
import json
import sys


def decode(value):
    return str(email.header.make_header(email.header.decode_header(value.replace("\r\n", "").replace("\n", ""))))


def mailbox(value):
    """Addresses are parsed before names are decoded: a name may decode to what looks like an address."""
    [(name, address)] = email.utils.getaddresses([value.replace("\r\n", "").replace("\n", "")])
    return [decode(name), address]


def body(part):
    return part.get_payload(decode=True).decode(part.get_content_charset()).replace("\r\n", "\n")


def read(raw):
    message = email.message_from_bytes(raw)
    if message.defects or message.get_content_type() != "multipart/alternative":
        raise ValueError(f"{message.get_content_type()} {message.defects}")
    plain, html = message.get_payload()
    if plain.defects or html.defects:
        raise ValueError(f"{plain.defects} {html.defects}")
    if (plain.get_content_type(), html.get_content_type()) != ("text/plain", "text/html"):
        raise ValueError("the parts are not text and HTML")
    return {
        "to": mailbox(message["To"]),
        "from": mailbox(message["From"]),
        "subject": decode(message["Subject"]),
        "text": body(plain),
        "html": body(html),
    }


count = 0
for line in sys.stdin.buffer:
    case = json.loads(line)
    found = read(base64.b64decode(case["raw"]))
    if found != case["wanted"]:
        sys.exit(f"wanted {json.dumps(case['wanted'])}\nfound  {json.dumps(found)}")
    count += 1
print(f"{count} as meant")
