package press.mainstay.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Properties;

/// What mail servers send back, in the forms of the servers that most readers have.
public final class Reports {

    private Reports() {}

    public static String postfix(
            String to, String recipient, String messageId, String status, String reply, Instant at) {
        return """
                Return-Path: <>
                Delivered-To: bounces-inbox@polynya.example
                Received: by mx.relay.example (Postfix) id 4C1F2A0B3; %7$s
                Date: %7$s
                From: MAILER-DAEMON@mx.relay.example (Mail Delivery System)
                Subject: Undelivered Mail Returned to Sender
                To: %1$s
                Auto-Submitted: auto-replied
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status;
                \tboundary="4C1F2A0B3.1764000000/mx.relay.example"
                Content-Transfer-Encoding: 8bit
                Message-Id: <20261125031449.4C1F2A0B3@mx.relay.example>

                This is a MIME-encapsulated message.

                --4C1F2A0B3.1764000000/mx.relay.example
                Content-Description: Notification
                Content-Type: text/plain; charset=us-ascii

                I'm sorry to have to inform you that your message could not
                be delivered to one or more recipients.

                <%2$s>: host mx.reader.example said: %5$s (in reply to RCPT TO command)

                --4C1F2A0B3.1764000000/mx.relay.example
                Content-Description: Delivery report
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mx.relay.example
                X-Postfix-Queue-ID: 4C1F2A0B3
                X-Postfix-Sender: rfc822; %1$s
                Arrival-Date: %7$s

                Final-Recipient: rfc822; %2$s
                Original-Recipient: rfc822;%2$s
                Action: %6$s
                Status: %4$s
                Remote-MTA: dns; mx.reader.example
                Diagnostic-Code: smtp; %5$s
                Last-Attempt-Date: %7$s

                --4C1F2A0B3.1764000000/mx.relay.example
                Content-Description: Undelivered Message Headers
                Content-Type: text/rfc822-headers

                Return-Path: <post@polynya.example>
                From: Reader service <post@polynya.example>
                To: %2$s
                Subject: Your receipt
                Message-ID: %3$s

                --4C1F2A0B3.1764000000/mx.relay.example--
                """.formatted(
                to, recipient, messageId, status, reply, status.startsWith("4") ? "delayed" : "failed", date(at));
    }

    /// Exchange gives its own status, several lines of it, and the letter itself.
    static String exchange(String to, String recipient, String messageId, Instant at) {
        return """
                From: <postmaster@reader.example>
                To: <%1$s>
                Date: %4$s
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status;
                	boundary="_5a1c_"
                X-MS-Exchange-Message-Is-Ndr:
                Content-Language: en-GB
                Auto-Submitted: auto-generated
                Subject: Undeliverable: Your receipt

                --_5a1c_
                Content-Type: multipart/alternative; differences=Content-Type;
                	boundary="_inner_"

                --_inner_
                Content-Type: text/plain; charset="us-ascii"

                Your message to %2$s couldn't be delivered.

                --_inner_
                Content-Type: text/html; charset="us-ascii"

                <p>Your message couldn't be delivered.</p>

                --_inner_--

                --_5a1c_
                Content-Type: message/delivery-status

                Reporting-MTA: dns;HE1PR0101.reader.example
                Received-From-MTA: dns;mx.relay.example
                Arrival-Date: %4$s

                Final-Recipient: rfc822;%2$s
                Action: failed
                Status: 5.1.10
                Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
                 %2$s not found by SMTP address lookup

                --_5a1c_
                Content-Type: message/rfc822

                Received: from mx.relay.example by HE1PR0101.reader.example; %4$s
                From: Reader service <post@polynya.example>
                To: %2$s
                Message-ID:
                 %3$s
                Subject: Your receipt
                Content-Type: multipart/alternative; boundary="never closed"

                --never closed
                Content-Type: text/plain

                Hello
                --_5a1c_--
                """.formatted(to, recipient, messageId, date(at));
    }

    /// Gmail's status is vague where its words are not.
    static String gmail(String to, String recipient, String messageId, Instant at) {
        return """
                Delivered-To: %1$s
                Return-Path: <>
                MIME-Version: 1.0
                From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
                To: %1$s
                Auto-Submitted: auto-replied
                Subject: Delivery Status Notification (Failure)
                Date: %4$s
                Content-Type: multipart/report; boundary="000000000000a1b2c3"; report-type=delivery-status

                --000000000000a1b2c3
                Content-Type: multipart/related; boundary="000000000000d4"

                --000000000000d4
                Content-Type: text/plain; charset="UTF-8"
                Content-Transfer-Encoding: quoted-printable

                ** Address not found **=0A

                --000000000000d4
                Content-Type: image/png; name="icon.png"
                Content-Transfer-Encoding: base64

                iVBORw0KGgo=
                --000000000000d4--
                --000000000000a1b2c3
                Content-Type: message/delivery-status

                Reporting-MTA: dns; googlemail.com
                Arrival-Date: %4$s
                X-Original-Message-ID: %3$s

                Final-Recipient: rfc822; %2$s
                Action: failed
                Status: 5.0.0
                Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
                 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser - gsmtp
                Last-Attempt-Date: %4$s

                --000000000000a1b2c3
                Content-Type: message/rfc822

                From: Reader service <post@polynya.example>
                To: %2$s
                Message-ID: %3$s
                Subject: Your receipt

                --000000000000a1b2c3--
                """.formatted(to, recipient, messageId, date(at));
    }

    /// @param type `abuse`, or `not-spam`
    static String complaint(String type, String envelope, String recipient, String messageId, Instant at) {
        return """
                From: <abusedesk@reader.example>
                Date: %5$s
                Subject: FW: Earn money
                To: <abuse@polynya.example>
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=feedback-report;
                     boundary="part1_13d.2e68ed54_boundary"

                --part1_13d.2e68ed54_boundary
                Content-Type: text/plain; charset="US-ASCII"
                Content-Transfer-Encoding: 7bit

                This is an email abuse report for an email message.

                --part1_13d.2e68ed54_boundary
                Content-Type: message/feedback-report

                Feedback-Type: %1$s
                User-Agent: SomeGenerator/1.0
                Version: 1
                Original-Mail-From: <%2$s>
                Original-Rcpt-To: <%3$s>
                Arrival-Date: %5$s
                Source-IP: 192.0.2.1

                --part1_13d.2e68ed54_boundary
                Content-Type: message/rfc822
                Content-Disposition: inline

                From: Reader service <post@polynya.example>
                Received: from mailserver.example.net; %5$s
                To: <undisclosed>
                Subject: The newsletter
                Message-ID: %4$s

                Hello
                --part1_13d.2e68ed54_boundary--
                """.formatted(type, envelope, recipient, messageId, date(at));
    }

    /// @param headers more of them, each with its line's end
    static String plain(String to, String headers) {
        return """
                From: A reader <reader@reader.example>
                To: %s
                Subject: Re: Your receipt
                %sMIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8

                I am away until Monday. 550 5.1.1 is nothing to me.
                """.formatted(to, headers);
    }

    public static MimeMessage message(String text) {
        return message(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    static MimeMessage message(byte[] bytes) {
        try {
            return new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(bytes));
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String date(Instant at) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
    }
}
