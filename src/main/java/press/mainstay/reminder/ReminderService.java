package press.mainstay.reminder;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import press.mainstay.donation.Choice;
import press.mainstay.donation.Source;
import press.mainstay.mail.LetterEnded;
import press.mainstay.mail.LetterService;
import press.mainstay.mail.SuppressionService;
import press.mainstay.reminder.Reminder.Status;
import press.mainstay.shared.Frequency;
import press.mainstay.shared.MailList;
import press.mainstay.shared.Money;
import press.mainstay.supporter.ConsentService;
import press.mainstay.supporter.ConsentWithdrawn;
import press.mainstay.supporter.OptInService;
import press.mainstay.supporter.SupporterErased;
import press.mainstay.supporter.SupporterService;

/// Takes down reminders, and promises their letters on the day. Whether a letter still goes is decided when it is
/// sent, see [ReminderLetter].
@Service
class ReminderService {

    /// A letter that asks for confirmation and comes days later is more of a riddle than a help.
    private static final Duration CONFIRMATION_TIMELY = Duration.ofDays(2);

    /// Who asked for next month does not want it two weeks late.
    private static final Duration TIMELY = Duration.ofDays(7);

    /// As the words beside the form say.
    private static final Duration REMEMBERED = Duration.ofDays(90);

    private static final int MOST_LETTERS = 12;
    private static final int BATCH = 500;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final TransactionTemplate transaction;
    private final OptInService optIns;
    private final ConsentService consents;
    private final SupporterService supporters;
    private final SuppressionService suppressions;
    private final LetterService letters;

    ReminderService(
            JdbcClient jdbc,
            Clock clock,
            TransactionTemplate transaction,
            OptInService optIns,
            ConsentService consents,
            SupporterService supporters,
            SuppressionService suppressions,
            LetterService letters) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.transaction = transaction;
        this.optIns = optIns;
        this.consents = consents;
        this.supporters = supporters;
        this.suppressions = suppressions;
        this.letters = letters;
    }

    Optional<Reminder> find(UUID id) {
        return jdbc.sql("select * from reminder where id = :id")
                .param("id", id)
                .query(ReminderService::reminder)
                .optional();
    }

    Optional<Reminder> byOptIn(UUID optIn) {
        return jdbc.sql("select * from reminder where opt_in = :optIn")
                .param("optIn", optIn)
                .query(ReminderService::reminder)
                .optional();
    }

    /// Takes down what was asked for and promises a letter to confirm it: one to an address, whatever is known of
    /// it and however often it is typed. The newest wish is the one to confirm.
    @Transactional
    void ask(AskReminder asked) {
        var optIn = optIns.ask(MailList.REMINDERS, asked.email(), asked.locale(), asked.source(), asked.words());
        var schedule = asked.schedule();
        var choice = asked.choice();
        var amount = choice.amount();
        jdbc.sql("""
                        insert into reminder (id, opt_in, status, due_on, zone, every_months, counted_from, frequency,
                            amount_minor_units, amount_currency, campaign, component, article, source, locale, asked_at)
                        values (:id, :optIn, 'asked', :dueOn, :zone, :everyMonths, :countedFrom, :frequency,
                            :minorUnits, :currency, :campaign, :component, :article, :source, :locale, :now)
                        on conflict (opt_in) do update set due_on = excluded.due_on, zone = excluded.zone,
                            every_months = excluded.every_months, counted_from = excluded.counted_from,
                            frequency = excluded.frequency, amount_minor_units = excluded.amount_minor_units,
                            amount_currency = excluded.amount_currency, campaign = excluded.campaign,
                            component = excluded.component, article = excluded.article, source = excluded.source,
                            locale = excluded.locale, asked_at = excluded.asked_at
                        """)
                .param("id", UUID.randomUUID())
                .param("optIn", optIn)
                .param("dueOn", schedule.dueOn())
                .param("zone", asked.zone().getId())
                .param("everyMonths", schedule.everyMonths())
                .param("countedFrom", schedule.everyMonths() == null ? null : schedule.dueOn())
                .param(
                        "frequency",
                        choice.frequency() == null ? null : choice.frequency().word())
                .param("minorUnits", amount == null ? null : amount.minorUnits())
                .param("currency", amount == null ? null : amount.currency())
                .param("campaign", choice.source().campaign())
                .param("component", choice.source().component())
                .param("article", choice.source().article())
                .param("source", asked.source())
                .param("locale", asked.locale().toLanguageTag())
                .param("now", utc(clock.instant()))
                .update();
        letters.promise(
                ConfirmationLetter.KIND, optIn.toString(), null, clock.instant().plus(CONFIRMATION_TIMELY));
    }

    /// The owner of the address wants it. What cannot be kept as asked is stopped with the reason, so that another
    /// day can be chosen. To confirm twice is as good as once.
    @Transactional
    void confirm(UUID id) {
        find(id).map(Reminder::optIn)
                .ifPresent(optIn -> optIns.confirm(optIn, person -> {
                    var reminder = find(id).orElseThrow(); // as it is now that nobody can change it
                    supporters.hash(person).ifPresent(address -> suppressions.rejoin(address, MailList.REMINDERS));
                    if (today(reminder).isAfter(reminder.dueOn())) {
                        refuse(reminder, person, "date_passed");
                    } else if (wroteInMonthOf(person, reminder.dueOn())) {
                        refuse(reminder, person, "same_month");
                    } else {
                        replaceOthers(person, id, reminder.dueOn(), reminder.repeats());
                        jdbc.sql("""
                                update reminder set status = 'waiting', opt_in = null, supporter = :person, confirmed_at = :now
                                where id = :id
                                """)
                                .param("id", id)
                                .param("person", person)
                                .param("now", utc(clock.instant()))
                                .update();
                    }
                }));
    }

    private void refuse(Reminder reminder, UUID person, String reason) {
        jdbc.sql("""
                        update reminder set status = 'stopped', reason = :reason, opt_in = null, supporter = :person,
                            confirmed_at = :now, ended_at = :now
                        where id = :id
                        """)
                .param("id", reminder.id())
                .param("person", person)
                .param("reason", reason)
                .param("now", utc(clock.instant()))
                .update();
    }

    private boolean wroteInMonthOf(UUID person, LocalDate day) {
        return jdbc.sql("""
                        select exists (select from reminder
                            where supporter = :person and month = :month and status in ('due', 'done'))
                        """)
                .param("person", person)
                .param("month", day.withDayOfMonth(1))
                .query(Boolean.class)
                .single();
    }

    /// One a month, and one that repeats, even if its letter is just about to go.
    private void replaceOthers(UUID person, UUID self, LocalDate day, boolean repeats) {
        jdbc.sql("""
                        update reminder set status = 'stopped', reason = 'replaced', ended_at = :now
                        where supporter = :person and id <> :self and (status = 'waiting' and month = :month
                            or :repeats and status in ('waiting', 'due') and every_months is not null)
                        """)
                .param("person", person)
                .param("self", self)
                .param("month", day.withDayOfMonth(1))
                .param("repeats", repeats)
                .param("now", utc(clock.instant()))
                .update();
    }

    /// Moves a reminder to another day; after its letter, asks for one more. A repeating one goes on from there.
    ///
    /// @return the reminder that will be kept; empty if the reader has left the reminders, or has a letter in that
    ///     month
    @Transactional
    Optional<UUID> change(UUID id, LocalDate day) {
        return find(id).filter(reminder -> reminder.supporter() != null)
                .filter(reminder -> consents.holds(reminder.supporter(), MailList.REMINDERS))
                .filter(reminder -> !wroteInMonthOf(reminder.supporter(), day))
                .map(reminder -> {
                    var person = Objects.requireNonNull(reminder.supporter());
                    var waiting = reminder.status() == Status.WAITING
                            ? Optional.of(id)
                            : Optional.of(person)
                                    .filter(_ -> reminder.repeats())
                                    .flatMap(this::waitingSeries);
                    var kept = waiting.orElseGet(UUID::randomUUID);
                    if (waiting.isPresent()) {
                        replaceOthers(person, kept, day, false);
                        move(kept, day);
                    } else {
                        again(reminder, kept, day);
                    }
                    return kept;
                });
    }

    private Optional<UUID> waitingSeries(UUID person) {
        return jdbc.sql("""
                        select id from reminder
                        where supporter = :person and status = 'waiting' and every_months is not null
                        """).param("person", person).query(UUID.class).optional();
    }

    private void move(UUID id, LocalDate day) {
        jdbc.sql("""
                        update reminder set due_on = :day, asked_at = :now,
                            counted_from = case when every_months is not null then cast(:day as date) end
                        where id = :id
                        """)
                .param("id", id)
                .param("day", day)
                .param("now", utc(clock.instant()))
                .update();
    }

    /// A repeating one that could not be kept as asked repeats from the new day; after a letter it is one letter
    /// more.
    private void again(Reminder reminder, UUID id, LocalDate day) {
        var repeats = reminder.repeats() && reminder.status() == Status.STOPPED && !"reader".equals(reminder.reason());
        add(reminder, id, day, repeats ? reminder.everyMonths() : null, day, 1, clock.instant());
    }

    /// Adds a reminder like one that was confirmed, instead of others.
    private void add(
            Reminder like,
            UUID id,
            LocalDate day,
            @Nullable Integer everyMonths,
            LocalDate countedFrom,
            int number,
            Instant askedAt) {
        replaceOthers(Objects.requireNonNull(like.supporter()), id, day, everyMonths != null);
        jdbc.sql("""
                        insert into reminder (id, supporter, status, due_on, zone, every_months, counted_from, number,
                            frequency, amount_minor_units, amount_currency, campaign, component, article, source, locale,
                            asked_at, confirmed_at)
                        select :id, supporter, 'waiting', :day, zone, :everyMonths, :countedFrom, :number, frequency,
                            amount_minor_units, amount_currency, campaign, component, article, source, locale, :askedAt,
                            confirmed_at
                        from reminder where id = :like
                        """)
                .param("id", id)
                .param("day", day)
                .param("everyMonths", everyMonths, Types.SMALLINT)
                .param("countedFrom", everyMonths == null ? null : countedFrom, Types.DATE)
                .param("number", number)
                .param("askedAt", utc(askedAt))
                .param("like", like.id())
                .update();
    }

    /// Stops a reminder, and what a repeating one would still bring. To stop twice is as good as once.
    void stop(UUID id) {
        jdbc.sql("""
                        update reminder r set status = 'stopped', reason = 'reader', ended_at = :now
                        from reminder asked
                        where asked.id = :id and r.supporter = asked.supporter and r.status in ('waiting', 'due')
                            and (r.id = :id or asked.every_months is not null and r.every_months is not null)
                        """).param("id", id).param("now", utc(clock.instant())).update();
    }

    /// Promises the letters of all reminders whose day and hour have come.
    void promiseDue() {
        for (var zone : zonesWaitedIn()) {
            var day = Schedule.latestDue(clock.instant(), ZoneId.of(zone));
            while (Boolean.TRUE.equals(transaction.execute(_ -> promiseDue(zone, day)))) {
                // there may be more
            }
        }
    }

    /// By jumps through the index: there are few zones, and perhaps a million rows.
    private List<String> zonesWaitedIn() {
        return jdbc.sql("""
                        with recursive zones as (
                            select min(zone) as zone from reminder where status = 'waiting'
                            union all
                            select (select min(zone) from reminder where status = 'waiting' and zone > z.zone)
                            from zones z where z.zone is not null)
                        select zone from zones where zone is not null
                        """).query(String.class).list();
    }

    private boolean promiseDue(String zone, LocalDate day) {
        var due = jdbc.sql("""
                        update reminder set status = 'due' where id in (
                            select id from reminder where status = 'waiting' and zone = :zone and due_on <= :day
                            order by due_on limit :batch for update skip locked)
                        returning id, supporter, due_on
                        """)
                .param("zone", zone)
                .param("day", day)
                .param("batch", BATCH)
                .query((row, _) -> new LetterService.ToSupporter(
                        row.getString("id"),
                        row.getObject("supporter", UUID.class),
                        Schedule.dueAt(row.getObject("due_on", LocalDate.class), ZoneId.of(zone))
                                .plus(TIMELY)))
                .list();
        letters.promise(ReminderLetter.KIND, due);
        return due.size() == BATCH;
    }

    /// After a letter a repeating reminder waits for its next day, unless the letter was not wanted: who gave, or
    /// left, is not asked again.
    @EventListener
    void on(LetterEnded letter) {
        if (letter.kind().equals(ReminderLetter.KIND)) {
            var done = jdbc.sql("""
                            update reminder set status = 'done', ended_at = :now where id = :id and status = 'due' returning *
                            """)
                    .param("id", UUID.fromString(letter.about()))
                    .param("now", utc(clock.instant()))
                    .query(ReminderService::reminder)
                    .optional();
            done.filter(reminder -> reminder.repeats() && !letter.status().equals("unwanted"))
                    .ifPresent(this::waitForNext);
        }
    }

    /// In a month that has a letter of its own, that one counts.
    private void waitForNext(Reminder reminder) {
        if (reminder.number() == MOST_LETTERS) {
            return;
        }
        var from = Objects.requireNonNull(reminder.countedFrom());
        var day = reminder.dueOn();
        do {
            day = Schedule.next(from, reminder.everyMonths(), day);
        } while (wroteInMonthOf(reminder.supporter(), day));
        add(reminder, UUID.randomUUID(), day, reminder.everyMonths(), from, reminder.number() + 1, reminder.askedAt());
    }

    @EventListener
    void on(ConsentWithdrawn withdrawn) {
        if (withdrawn.list() == MailList.REMINDERS) {
            stopAll(withdrawn.supporter(), "unsubscribed");
        }
    }

    @EventListener
    void on(SupporterErased erased) {
        stopAll(erased.supporter(), "erased");
    }

    private void stopAll(UUID supporter, String reason) {
        jdbc.sql("""
                        update reminder set status = 'stopped', reason = :reason, ended_at = :now
                        where supporter = :supporter and status in ('waiting', 'due')
                        """)
                .param("supporter", supporter)
                .param("reason", reason)
                .param("now", utc(clock.instant()))
                .update();
    }

    /// A consent ends by itself when nothing was asked for since long.
    void expireConsents() {
        var before = utc(clock.instant().minus(REMEMBERED));
        while (Boolean.TRUE.equals(transaction.execute(_ -> expireConsents(before)))) {
            // there may be more
        }
    }

    private boolean expireConsents(OffsetDateTime before) {
        var expired = jdbc.sql("""
                        select supporter from consent c
                        where list = 'reminders' and withdrawn_at is null and confirmed_at < :before
                            and not exists (select from reminder r where r.supporter = c.supporter
                                and (r.status in ('waiting', 'due') or r.ended_at >= :before))
                        limit :batch
                        """)
                .param("before", before)
                .param("batch", BATCH)
                .query(UUID.class)
                .list();
        expired.forEach(supporter -> consents.withdraw(supporter, MailList.REMINDERS, "expired"));
        return expired.size() == BATCH;
    }

    LocalDate today(Reminder reminder) {
        return clock.instant().atZone(reminder.zone()).toLocalDate();
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Reminder reminder(ResultSet row, int number) throws SQLException {
        var frequency = row.getString("frequency");
        return new Reminder(
                row.getObject("id", UUID.class),
                row.getObject("opt_in", UUID.class),
                row.getObject("supporter", UUID.class),
                Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("reason"),
                row.getObject("due_on", LocalDate.class),
                ZoneId.of(row.getString("zone")),
                row.getObject("every_months", Integer.class),
                row.getObject("counted_from", LocalDate.class),
                row.getInt("number"),
                new Choice(
                        frequency == null ? null : Frequency.of(frequency),
                        frequency == null
                                ? null
                                : new Money(row.getLong("amount_minor_units"), row.getString("amount_currency")),
                        new Source(
                                row.getString("campaign"),
                                row.getString("component"),
                                row.getString("article"),
                                row.getObject("id", UUID.class))),
                Locale.forLanguageTag(row.getString("locale")),
                row.getObject("asked_at", OffsetDateTime.class).toInstant());
    }
}
