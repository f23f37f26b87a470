package press.mainstay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class DemoClockTests {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Clock MACHINE = Clock.fixed(NOON, ZoneOffset.UTC);

    @Test
    void showsTheMachinesTimeUntilItIsMoved() {
        assertThat(new DemoClock(MACHINE, null).instant()).isEqualTo(NOON);
    }

    @Test
    void movesForwardOnly() {
        var clock = new DemoClock(MACHINE, null);

        clock.moveTo(NOON.plusSeconds(60));
        clock.moveTo(NOON.plusSeconds(10));

        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(60));
        assertThatThrownBy(() -> clock.forward(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void movesInEveryZoneAtOnce() {
        var clock = new DemoClock(MACHINE, null);
        var berlin = clock.withZone(ZoneId.of("Europe/Berlin"));

        clock.forward(Duration.ofDays(1));

        assertThat(berlin.instant()).isEqualTo(NOON.plus(Duration.ofDays(1)));
    }

    @Test
    void goesOnWhereItWasAfterARestart() {
        try (var database = DemoDatabase.temporary()) {
            var demo = database.dataSource(DemoDatabase.DEMO);
            new DemoClock(MACHINE, demo).forward(Duration.ofDays(400));

            var anHourLater = Clock.offset(MACHINE, Duration.ofHours(1));

            assertThat(new DemoClock(anHourLater, demo).instant())
                    .isEqualTo(NOON.plus(Duration.ofDays(400)).plus(Duration.ofHours(1)));
        }
    }
}
