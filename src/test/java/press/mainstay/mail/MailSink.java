package press.mainstay.mail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import press.mainstay.mail.ScriptedMailServer.Step;

/// A fast mail server for many mails: it counts who got how many, and misbehaves as told.
final class MailSink implements AutoCloseable {

    static final String HANGS_UP = "";
    static final String SAYS_NOTHING = "…";

    /// What it answers to one mail at a step; null: as usual.
    interface Script {
        String reply(Step step, String recipient);
    }

    private final ServerSocket socket;
    private final Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    private final AtomicInteger mails = new AtomicInteger();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final List<String> envelopes = new CopyOnWriteArrayList<>();
    private volatile Script script = (_, _) -> null;
    private volatile boolean keeps;

    MailSink() {
        this(0);
    }

    MailSink(int port) {
        try {
            socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::listen);
    }

    MailSink follows(Script script) {
        this.script = script;
        return this;
    }

    MailSink keepsTexts() {
        keeps = true;
        return this;
    }

    int port() {
        return socket.getLocalPort();
    }

    /// Whole texts that arrived, whatever it answered then.
    int mails() {
        return mails.get();
    }

    /// How many whole texts arrived for each recipient, whatever it answered.
    Map<String, AtomicInteger> seen() {
        return seen;
    }

    List<String> texts() {
        return texts;
    }

    List<String> envelopes() {
        return envelopes;
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (var client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() {
        while (true) {
            try {
                var client = socket.accept();
                clients.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            var in = new BufferedReader(
                    new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1), 32_768);
            var out = client.getOutputStream();
            if (!say(client, out, Step.CONNECT, "", "220 sink ESMTP")) {
                return;
            }
            var recipient = "";
            var sender = "";
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                var goesOn =
                        switch (line.length() < 4 ? line : line.substring(0, 4).toUpperCase(Locale.ROOT)) {
                            case "MAIL" -> {
                                sender = address(line);
                                yield say(client, out, Step.MAIL, "", "250 OK");
                            }
                            case "RCPT" -> {
                                recipient = address(line);
                                yield say(client, out, Step.RCPT, recipient, "250 OK");
                            }
                            case "DATA" ->
                                say(client, out, Step.DATA, recipient, "354 Go ahead")
                                        && text(in, recipient, sender)
                                        && say(client, out, Step.BODY, recipient, "250 Taken");
                            case "QUIT" -> false;
                            default -> say(client, out, null, recipient, "250 OK");
                        };
                if (!goesOn) {
                    return;
                }
            }
        } catch (IOException _) {
            // the client hung up
        } finally {
            clients.remove(client);
        }
    }

    private static String address(String line) {
        return line.substring(line.indexOf('<') + 1, line.indexOf('>'));
    }

    private boolean text(BufferedReader in, String recipient, String sender) throws IOException {
        var text = new StringBuilder();
        for (var line = in.readLine(); !".".equals(line); line = in.readLine()) {
            if (line == null) {
                return false;
            }
            if (keeps) {
                text.append(line).append("\r\n");
            }
        }
        seen.computeIfAbsent(recipient, _ -> new AtomicInteger()).incrementAndGet();
        mails.incrementAndGet();
        if (keeps) {
            texts.add(text.toString());
            envelopes.add(sender);
        }
        return true;
    }

    private boolean say(Socket client, OutputStream out, Step step, String recipient, String usual) throws IOException {
        var scripted = step == null ? null : script.reply(step, recipient);
        var reply = scripted == null ? usual : scripted;
        if (reply.equals(SAYS_NOTHING)) {
            client.getInputStream().skip(Long.MAX_VALUE);
        }
        if (reply.equals(HANGS_UP)) {
            return false;
        }
        out.write((reply + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return scripted == null
                || reply.startsWith("3")
                || reply.startsWith("2")
                || step != Step.DATA && step != Step.CONNECT && !reply.startsWith("421");
    }
}
