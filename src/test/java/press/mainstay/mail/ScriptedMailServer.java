package press.mainstay.mail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/// A mail server with a mishap to order: what it answers at which step is the test's to say, else it takes all.
public final class ScriptedMailServer implements AutoCloseable {

    /// The steps of a hand-over.
    public enum Step {
        CONNECT,
        MAIL,
        RCPT,
        DATA,
        /// After the final dot.
        BODY,
        QUIT
    }

    private static final String HANGS_UP = "";
    private static final String SAYS_NOTHING = "…";

    private final ServerSocket socket;
    private final Map<Step, String> replies = new ConcurrentHashMap<>();
    private final Map<Step, String> once = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> letters = new CopyOnWriteArrayList<>();

    public ScriptedMailServer() {
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::listen);
    }

    /// @param reply such as `451 4.3.0 Try again later`; after a 421 it hangs up, as the standard has it
    public ScriptedMailServer answers(Step step, String reply) {
        replies.put(step, reply);
        return this;
    }

    public ScriptedMailServer hangsUpAt(Step step) {
        return answers(step, HANGS_UP);
    }

    public ScriptedMailServer answersOnce(Step step, String reply) {
        once.put(step, reply);
        return this;
    }

    public ScriptedMailServer hangsUpOnceAt(Step step) {
        return answersOnce(step, HANGS_UP);
    }

    /// Until the client has had enough.
    public ScriptedMailServer saysNothingOnceAt(Step step) {
        return answersOnce(step, SAYS_NOTHING);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /// How many there were.
    public int connections() {
        return connections.get();
    }

    public ScriptedMailServer takesAll() {
        replies.clear();
        return this;
    }

    /// As they came, whether it took them or not.
    public List<String> letters() {
        return letters;
    }

    public List<String> messageIds() {
        return letters.stream()
                .map(letter -> letter.lines()
                        .filter(line -> line.startsWith("Message-ID:"))
                        .findFirst()
                        .orElse("none"))
                .toList();
    }

    /// Takes the place of the service's mail server for the moment.
    public void standInFor(JavaMailSenderImpl relay, Runnable deed) {
        standInFor(relay, socket.getLocalPort(), deed);
    }

    /// No mail server listens for the moment.
    public static void takeAway(JavaMailSenderImpl relay, Runnable deed) {
        try (var gone = new ScriptedMailServer()) {
            gone.close();
            standInFor(relay, gone.socket.getLocalPort(), deed);
        }
    }

    private static void standInFor(JavaMailSenderImpl relay, int port, Runnable deed) {
        var own = relay.getPort();
        relay.setPort(port);
        try {
            deed.run();
        } finally {
            relay.setPort(own);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() {
        while (true) {
            try {
                var client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        connections.incrementAndGet();
        try (client) {
            client.setTcpNoDelay(true);
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            if (!reply(client, Step.CONNECT, "220 scripted ESMTP")) {
                return;
            }
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (!answer(client, in, line.split("[ :]")[0].toUpperCase(Locale.ROOT))) {
                    return;
                }
            }
        } catch (IOException _) {
            // the client hung up
        }
    }

    /// @return whether to go on
    private boolean answer(Socket client, BufferedReader in, String command) throws IOException {
        return switch (command) {
            case "EHLO", "HELO", "RSET", "NOOP" -> say(client, "250 OK");
            case "MAIL" -> reply(client, Step.MAIL, "250 OK");
            case "RCPT" -> reply(client, Step.RCPT, "250 OK");
            case "DATA" ->
                reply(client, Step.DATA, "354 Go ahead") && (replies.containsKey(Step.DATA) || body(client, in));
            case "QUIT" -> reply(client, Step.QUIT, "221 Bye") && false;
            default -> say(client, "500 What?");
        };
    }

    private boolean body(Socket client, BufferedReader in) throws IOException {
        var letter = new StringBuilder();
        for (var line = in.readLine(); !".".equals(line); line = in.readLine()) {
            if (line == null) {
                return false;
            }
            letter.append(line).append("\r\n");
        }
        letters.add(letter.toString());
        return reply(client, Step.BODY, "250 Taken");
    }

    private boolean reply(Socket client, Step step, String usual) throws IOException {
        var scripted = once.remove(step);
        var reply = scripted != null ? scripted : replies.getOrDefault(step, usual);
        if (reply.equals(SAYS_NOTHING)) {
            client.getInputStream().skip(Long.MAX_VALUE);
        }
        return !reply.equals(HANGS_UP) && say(client, reply) && !reply.startsWith("421");
    }

    private static boolean say(Socket client, String reply) throws IOException {
        client.getOutputStream().write((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
        client.getOutputStream().flush();
        return true;
    }
}
