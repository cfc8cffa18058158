package flotilla.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Carries out the faults of a plan, one after the other; those that last are healed, and the forced ones lie in wait, while others come.
 * One thread at a time.
 */
final class Injector implements AutoCloseable {
    private static final Pattern IMAGE_FETCHED = Pattern.compile("GET /flotilla-input/[0-9a-f-]{36}");
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    /** A worker is struck at most so long after it has fetched an image. */
    private static final long LONGEST_AT_WORK_MILLIS = 500;

    /** How long a fault waits for somebody whom it can meet: who has the lease, or fetches an image. */
    private static final Duration MEETS_WITHIN = Duration.ofSeconds(6);

    private static final long LOOK_EVERY_MILLIS = 100;

    /**
     * A worker and an image that it has in hand.
     *
     * @param request the image's id
     */
    private record AtWork(ProcessHandle worker, String request) {}

    /** What is done to somebody for a while. */
    private interface Deed<T> {
        /** @return whom it has met; empty when it does not live */
        Optional<String> to(T somebody, Duration lasting) throws IOException;
    }

    private final DrillSystem system;
    private final Toll toll;
    private final Consumer<String> log;
    private final Freezes freezes = new Freezes();
    private final Killer killer;
    private final Cuts cuts;
    private final Ambushes ambushes;
    private final Instant start = Instant.now();
    private final ScheduledExecutorService healer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "drill-healer");
        thread.setDaemon(true);
        return thread;
    });

    /** @param log gets a line for each fault */
    Injector(DrillSystem system, Toll toll, Consumer<String> log) {
        this.system = system;
        this.toll = toll;
        this.log = log;
        this.killer = new Killer(system.instances(), system.gateways(), system::holder, freezes, toll);
        this.cuts = new Cuts(system.gateways(), List.of(system.service("sqs"), system.service("s3")), this::later);
        this.ambushes =
                new Ambushes(system::service, system::gatewayProcesses, system::workers, killer::any, this::carriedOut);
    }

    /**
     * Waits for the step's time and does it. One that finds nobody alive whom it could meet does nothing and does not count. A forced one
     * only begins to lie in wait.
     *
     * @return whether it has met somebody
     */
    boolean inject(FaultPlan.Step step) throws InterruptedException, IOException {
        TimeUnit.MILLISECONDS.sleep(step.pause().toMillis());
        Optional<String> met = carryOut(step);
        met.ifPresent(whom -> carriedOut(step.fault(), whom));
        return met.isPresent();
    }

    private void carriedOut(Fault fault, String met) {
        toll.carriedOut(fault);
        log.accept(Duration.between(start, Instant.now()).toMillis() + " ms " + fault.text() + " " + met);
    }

    /** Whether a worker is left to its work: it neither stands still nor is cut off from anything. */
    boolean isLeftAlone(ProcessHandle worker) {
        return !freezes.holds(worker) && !cuts.holds(worker);
    }

    /** Whether a forced fault still waits for its request. */
    boolean liesInWait(Fault fault) {
        return ambushes.liesInWait(fault);
    }

    private Optional<String> carryOut(FaultPlan.Step step) throws InterruptedException, IOException {
        Duration lasting = step.lasting();
        return switch (step.fault()) {
            case KILL_WORKER -> {
                Optional<ProcessHandle> worker = pick(system.workers(), step.choice());
                yield worker.isEmpty() ? Optional.empty() : killer.worker(worker.get(), List.of());
            }
            case KILL_WORKER_AT_WORK -> {
                Optional<AtWork> target = atWork(step);
                yield target.isEmpty()
                        ? Optional.empty()
                        : killer.worker(
                                target.get().worker(), List.of(target.get().request()));
            }
            case KILL_GATEWAY -> {
                Optional<GatewayNode> node = pick(others(), step.choice());
                yield node.isEmpty() ? Optional.empty() : killer.gateway(node.get());
            }
            case KILL_SUPERVISOR -> {
                Optional<GatewayNode> node = holder();
                yield node.isEmpty() ? Optional.empty() : killer.gateway(node.get());
            }
            case KILL_BEFORE_SEND, KILL_BEFORE_DELETE, KILL_IN_LAUNCH, KILL_IN_TERMINATE -> {
                ambushes.lie(step);
                yield Optional.empty();
            }
            case FREEZE_WORKER_AT_WORK -> {
                Optional<AtWork> target = atWork(step);
                target.ifPresent(met -> toll.stalled(met.request()));
                yield silenced(target.map(AtWork::worker), lasting, true, this::freeze);
            }
            case FREEZE_GATEWAY ->
                troubled(Toll.Of.GATEWAYS, pick(system.gatewayProcesses(), step.choice()), lasting, this::freeze);
            case DISCONNECT_GATEWAY -> troubled(Toll.Of.GATEWAYS, pick(alive(), step.choice()), lasting, cuts::gateway);
            case DISCONNECT_SUPERVISOR -> troubled(Toll.Of.GATEWAYS, holder(), lasting, cuts::gateway);
            case DISCONNECT_WORKER -> silenced(pick(system.workers(), step.choice()), lasting, false, cuts::worker);
            case DISCONNECT_WORKER_FROM_STORES ->
                troubled(Toll.Of.STORES, pick(system.workers(), step.choice()), lasting, cuts::fromStores);
            case SQS_GONE -> trouble("sqs", ServiceProxy::gone, lasting);
            case S3_GONE -> trouble("s3", ServiceProxy::gone, lasting);
            case SQS_SLOW -> trouble("sqs", ServiceProxy::slow, lasting);
            case S3_SLOW -> trouble("s3", ServiceProxy::slow, lasting);
            case SQS_FAILING -> trouble("sqs", ServiceProxy::failing, lasting);
            case S3_FAILING -> trouble("s3", ServiceProxy::failing, lasting);
        };
    }

    private List<GatewayNode> alive() {
        return system.gateways().stream()
                .filter(node -> node.living().isPresent())
                .toList();
    }

    /** The living gateways that do not have the supervisor's lease. */
    private List<GatewayNode> others() throws IOException {
        Optional<GatewayNode> holder = system.holder();
        return alive().stream()
                .filter(node -> holder.filter(node::equals).isEmpty())
                .toList();
    }

    /** Whoever has the supervisor's lease; nobody when none gets it in time. */
    private Optional<GatewayNode> holder() throws InterruptedException, IOException {
        long end = System.nanoTime() + MEETS_WITHIN.toNanos();
        Optional<GatewayNode> holder = system.holder();
        while (holder.isEmpty() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            holder = system.holder();
        }
        return holder;
    }

    /** Does something that is a time of trouble. */
    private <T> Optional<String> troubled(Toll.Of of, Optional<T> whom, Duration lasting, Deed<T> deed)
            throws IOException {
        Optional<String> met = whom.isEmpty() ? Optional.empty() : deed.to(whom.get(), lasting);
        met.ifPresent(text -> toll.troubled(of, lasting));
        return met;
    }

    /** Does something by which a worker is not heard for a while. */
    private Optional<String> silenced(
            Optional<ProcessHandle> worker, Duration lasting, boolean frozen, Deed<ProcessHandle> deed)
            throws IOException {
        if (worker.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> instance = system.instances().of(worker.get());
        Instant from = Instant.now();
        Optional<String> met = deed.to(worker.get(), lasting);
        if (met.isPresent()) {
            instance.ifPresent(id -> toll.silenced(from, id, lasting, frozen));
        }
        return met;
    }

    private static <T> Optional<T> pick(List<T> all, double choice) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get((int) (choice * all.size())));
    }

    private Optional<String> freeze(ProcessHandle process, Duration lasting) throws IOException {
        if (!process.isAlive()) {
            return Optional.empty();
        }
        freezes.freeze(process);
        later(
                () -> {
                    try {
                        freezes.end(process);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                lasting);
        return Optional.of("process " + process.pid() + " for " + lasting.toMillis() + " ms");
    }

    private Optional<String> trouble(
            String service, Function<ServiceProxy, ServiceProxy.Trouble> what, Duration lasting) {
        ServiceProxy proxy = system.service(service);
        toll.troubled(Toll.Of.STORES, lasting);
        later(what.apply(proxy)::end, lasting);
        return Optional.of("port " + proxy.port() + " for " + lasting.toMillis() + " ms");
    }

    private void later(Runnable heal, Duration after) {
        healer.schedule(heal, after.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A worker with the image that it has just fetched, some time into its work; nobody when none fetches one in time. */
    private Optional<AtWork> atWork(FaultPlan.Step step) throws InterruptedException {
        ServiceProxy proxy = system.service("s3");
        CompletableFuture<Optional<AtWork>> fetched = new CompletableFuture<>();
        Trap trap = new Trap(IMAGE_FETCHED, Trap.Moment.PASSING, caught -> fetched.complete(atWork(proxy, caught)));
        proxy.set(trap);
        try {
            Optional<AtWork> target = fetched.get(MEETS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            TimeUnit.MILLISECONDS.sleep((long) (step.choice() * LONGEST_AT_WORK_MILLIS));
            return target.filter(worker -> worker.worker().isAlive());
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } finally {
            proxy.disarm(trap);
        }
    }

    private Optional<AtWork> atWork(ServiceProxy proxy, Trap.Caught caught) {
        Matcher id = ID.matcher(caught.request());
        try {
            return SocketOwner.of(caught.port(), proxy.port(), system.workers())
                    .map(worker -> new AtWork(worker, id.find() ? id.group() : ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything is as it should be again. */
    @Override
    public void close() throws IOException {
        ambushes.lift();
        healer.shutdownNow();
        system.proxies().forEach(ServiceProxy::restore);
        cuts.forget();
        freezes.endAll();
        toll.ended(Instant.now());
    }
}
