"""By mail (RFC 5321, 5322): one plain message; a ticket's messages are one thread, a second try has the same id."""

import hashlib
import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from helpdesk_tui.desk.outbox import Message
from helpdesk_tui.intake.sending.config import Channels, Mail
from helpdesk_tui.intake.sending.outcome import Refused, Unreachable
from helpdesk_tui.vocabulary.text import one_line


def send(message: Message, channels: Channels) -> None:
    """Give it to the mail server of the file of channels."""
    if channels.email is None:
        raise Refused("no mail server in the file of channels")
    mail = written(message, channels.email)
    try:
        with _server(channels.email) as server:
            refused = server.send_message(mail)
    except smtplib.SMTPResponseException as error:
        text = f"{error.smtp_code} {_said(error.smtp_error)}"
        raise (Refused if error.smtp_code >= 500 else Unreachable)(text) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise (Refused if code >= 500 else Unreachable)(f"{code} {_said(said)}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(one_line(str(error), 200)) from error
    if refused:
        raise Unreachable("the server did not take every receiver")


def written(message: Message, mail: Mail) -> EmailMessage:
    """The message as it goes out. Raises Refused for an address that is none."""
    out = EmailMessage()
    name, sender = parseaddr(mail.sender)
    domain = sender.rpartition("@")[2]
    try:
        out["From"] = Address(name, addr_spec=sender)
        out["To"] = Address(addr_spec=message.address)
    except (ValueError, IndexError, MessageError) as error:
        raise Refused(f"{one_line(message.address, 100)} is no address for mail") from error
    # One line: a text from outside never begins another header.
    out["Subject"] = one_line(message.subject, 200)
    out["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"
    if message.number is not None:
        thread = f"<{message.thread}@{domain}>"
        out["In-Reply-To"] = thread
        out["References"] = thread
    out["Auto-Submitted"] = "auto-generated"
    out.set_content(message.body + "\n", charset="utf-8")
    return out


def _server(mail: Mail) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=mail.timeout, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=mail.timeout)
    try:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, mail.password)
    except BaseException:
        server.close()
        raise
    return server


def _said(text: bytes | str) -> str:
    return one_line(text.decode("utf-8", "replace") if isinstance(text, bytes) else text, 200)
