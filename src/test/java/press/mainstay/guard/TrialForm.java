package press.mainstay.guard;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import press.mainstay.sealing.Sealing;
import press.mainstay.shared.EmailAddress;
import tools.jackson.databind.json.JsonMapper;

/// A form at `/trial` behind a guard with the limits of production; all else of ours in tests is let through more
/// freely, since all tests come from one network.
public final class TrialForm {

    private final Guard guard;

    private TrialForm(Guard guard) {
        this.guard = guard;
    }

    public static RouterFunction<ServerResponse> routes(BeanFactory beans) {
        var form = new TrialForm(guard(beans, InstantSource.system()));
        return RouterFunctions.route()
                .GET("/trial", _ -> ServerResponse.ok().render("guard/trial"))
                .POST("/trial", form::send)
                .build();
    }

    /// Another node, with the limits that a newsroom gets which sets none.
    static Guard guard(BeanFactory beans, InstantSource time) {
        return new Guard(
                beans.getBean(JdbcClient.class),
                beans.getBean(Sealing.class),
                proof(beans, time),
                new Binder().bindOrCreate("mainstay.guard", GuardProperties.class),
                beans.getBean(ProxyProperties.class),
                beans.getBean(MeterRegistry.class),
                time);
    }

    static Proof proof(BeanFactory beans, InstantSource time) {
        return new Proof(
                beans.getBean(JdbcClient.class), beans.getBean(Sealing.class), beans.getBean(JsonMapper.class), time);
    }

    private ServerResponse send(ServerRequest request) {
        var email = request.param("email").orElseThrow();
        var solution = request.param("altcha").orElse(null);
        var verdict = guard.admit(request.servletRequest(), new EmailAddress(email), solution);
        var answer = switch (verdict) {
            case Verdict.TooMany(Duration wait) ->
                ServerResponse.status(429).header("Retry-After", String.valueOf(wait.toSeconds()));
            case Verdict.Admitted _, Verdict.Silent _ -> ServerResponse.ok();
        };
        var model = new HashMap<String, Object>();
        model.put("verdict", verdict);
        model.put("email", email);
        return answer.render("guard/trial", model);
    }
}
