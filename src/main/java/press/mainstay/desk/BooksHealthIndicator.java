package press.mainstay.desk;

import java.util.Locale;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;
import press.mainstay.desk.BooksWatch.Finding;

/// `/actuator/health/books`: down when the books are behind Stripe, or may be. Apart from liveness and readiness,
/// so that a quiet night restarts nobody.
@Component("ledger")
class BooksHealthIndicator implements HealthIndicator {

    private final BooksWatch watch;

    BooksHealthIndicator(BooksWatch watch) {
        this.watch = watch;
    }

    @Override
    public Health health() {
        var findings = watch.findings();
        var behind = findings.stream().anyMatch(finding -> finding.problem().booksAreBehind());
        var health = behind ? Health.down() : Health.up();
        for (Finding finding : findings) {
            health.withDetail(finding.problem().name().toLowerCase(Locale.ROOT), finding.what());
        }
        return health.build();
    }
}
