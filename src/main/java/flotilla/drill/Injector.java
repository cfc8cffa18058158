package flotilla.drill;

import flotilla.drill.Trap.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Carries out the faults of a plan, one after the other; those that last are healed while others come. One thread at a time. */
final class Injector implements AutoCloseable {
    /** How long a request that stepped into a trap may take. */
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(20);

    private static final Pattern IMAGE_STORED = Pattern.compile("PUT /flotilla-input/");
    private static final Pattern RESULT_STORED = Pattern.compile("PUT /flotilla-output/[0-9a-f-]{36}(\\.\\d+)?\\.json");
    private static final Pattern IMAGE_FETCHED = Pattern.compile("GET /flotilla-input/[0-9a-f-]{36}");
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");
    private static final Pattern LAUNCH = Pattern.compile("Action=RunInstances");
    private static final Pattern TERMINATE = Pattern.compile("Action=TerminateInstances");

    /** A worker is struck at most so long after it has fetched an image. */
    private static final long LONGEST_AT_WORK_MILLIS = 500;

    private static final long LOOK_EVERY_MILLIS = 100;

    /**
     * A worker and an image that it has in hand.
     *
     * @param request the image's id
     */
    private record AtWork(ProcessHandle worker, String request) {}

    private final DrillSystem system;
    private final Toll toll;
    private final Consumer<String> log;
    private final Killer killer;
    private final Cuts cuts;
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
        this.killer = new Killer(system.instances(), system.gateways(), system::holder, toll);
        this.cuts = new Cuts(system, healer);
    }

    /**
     * Waits for the step's time and does it. One that finds nobody alive whom it could meet does nothing and does not count.
     *
     * @return whether it has met somebody
     */
    boolean inject(FaultPlan.Step step) throws InterruptedException, IOException {
        TimeUnit.MILLISECONDS.sleep(step.pause().toMillis());
        Optional<String> met = carryOut(step);
        if (met.isPresent()) {
            toll.carriedOut(step.fault());
            log.accept(Duration.between(start, Instant.now()).toMillis() + " ms "
                    + step.fault().text() + " " + met.get());
        }
        return met.isPresent();
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
                Optional<GatewayNode> node = holder(lasting);
                yield node.isEmpty() ? Optional.empty() : killer.gateway(node.get());
            }
            case KILL_BEFORE_SEND -> killAt("s3", IMAGE_STORED, lasting, Moment.HEARD, system::gatewayProcesses);
            case KILL_BEFORE_DELETE -> killAt("s3", RESULT_STORED, lasting, moment(step), system::workers);
            case KILL_IN_LAUNCH -> killAt("ec2", LAUNCH, lasting, moment(step), system::gatewayProcesses);
            case KILL_IN_TERMINATE -> killAt("ec2", TERMINATE, lasting, moment(step), system::gatewayProcesses);
            case FREEZE_WORKER_AT_WORK -> {
                Optional<AtWork> target = atWork(step);
                target.ifPresent(met -> toll.stalled(met.request()));
                yield freeze(target.map(AtWork::worker), lasting);
            }
            case FREEZE_GATEWAY -> {
                Optional<ProcessHandle> process = pick(system.gatewayProcesses(), step.choice());
                process.ifPresent(met -> toll.troubled(Toll.Of.GATEWAYS, lasting));
                yield freeze(process, lasting);
            }
            case DISCONNECT_GATEWAY -> disconnect(pick(alive(), step.choice()), lasting);
            case DISCONNECT_SUPERVISOR -> disconnect(holder(lasting), lasting);
            case DISCONNECT_WORKER -> {
                Optional<ProcessHandle> worker = pick(system.workers(), step.choice());
                yield worker.isEmpty() ? Optional.empty() : cuts.worker(worker.get(), lasting);
            }
            case DISCONNECT_WORKER_FROM_STORES -> {
                Optional<ProcessHandle> worker = pick(system.workers(), step.choice());
                worker.ifPresent(met -> toll.troubled(Toll.Of.STORES, lasting));
                yield worker.isEmpty() ? Optional.empty() : cuts.fromStores(worker.get(), lasting);
            }
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
    private Optional<GatewayNode> holder(Duration within) throws InterruptedException, IOException {
        long end = System.nanoTime() + within.toNanos();
        Optional<GatewayNode> holder = system.holder();
        while (holder.isEmpty() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            holder = system.holder();
        }
        return holder;
    }

    private Optional<String> disconnect(Optional<GatewayNode> node, Duration lasting) throws IOException {
        node.ifPresent(met -> toll.troubled(Toll.Of.GATEWAYS, lasting));
        return node.isEmpty() ? Optional.empty() : cuts.gateway(node.get(), lasting);
    }

    private static <T> Optional<T> pick(List<T> all, double choice) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get((int) (choice * all.size())));
    }

    private Optional<String> freeze(Optional<ProcessHandle> chosen, Duration lasting) throws IOException {
        if (chosen.filter(ProcessHandle::isAlive).isEmpty()) {
            return Optional.empty();
        }
        ProcessHandle process = chosen.get();
        Signals.freeze(process);
        later(lasting, () -> {
            try {
                Signals.go(process);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return Optional.of("process " + process.pid() + " for " + lasting.toMillis() + " ms");
    }

    private Optional<String> trouble(String service, Consumer<ServiceProxy> what, Duration lasting) {
        ServiceProxy proxy = system.service(service);
        toll.troubled(Toll.Of.STORES, lasting);
        what.accept(proxy);
        later(lasting, proxy::heal);
        return Optional.of("port " + proxy.port() + " for " + lasting.toMillis() + " ms");
    }

    private void later(Duration after, Runnable heal) {
        healer.schedule(heal, after.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A worker with the image that it has just fetched, some time into its work; nobody when none fetches one in time. */
    private Optional<AtWork> atWork(FaultPlan.Step step) throws InterruptedException {
        List<AtWork> fetched = new CopyOnWriteArrayList<>();
        trap(
                "s3",
                IMAGE_FETCHED,
                step.lasting(),
                Moment.PASSING,
                system::workers,
                (owner, request) -> fetched.add(new AtWork(owner, idIn(request))));
        TimeUnit.MILLISECONDS.sleep((long) (step.choice() * LONGEST_AT_WORK_MILLIS));
        return fetched.stream().filter(worker -> worker.worker().isAlive()).findFirst();
    }

    private static Moment moment(FaultPlan.Step step) {
        return step.early() ? Moment.UNHEARD : Moment.HEARD;
    }

    private static String idIn(String request) {
        Matcher id = ID.matcher(request);
        return id.find() ? id.group() : "";
    }

    /** Kills whoever of these makes a request, at that moment; nobody when none comes in time. */
    private Optional<String> killAt(
            String service, Pattern request, Duration within, Moment moment, Supplier<List<ProcessHandle>> among)
            throws InterruptedException {
        List<String> killed = new CopyOnWriteArrayList<>();
        trap(
                service,
                request,
                within,
                moment,
                among,
                (owner, text) -> killer.any(owner).ifPresent(killed::add));
        return killed.stream()
                .findFirst()
                .map(met -> met + ", its request " + moment.name().toLowerCase(Locale.ROOT));
    }

    /** What is done with the process that made a request. */
    private interface Stepped {
        /** @param request what the pattern found */
        void by(ProcessHandle owner, String request) throws IOException, InterruptedException;
    }

    /**
     * Waits for a request.
     *
     * @param among whose request it must be
     * @param then not called when none comes in time
     */
    private void trap(
            String service,
            Pattern request,
            Duration within,
            Moment moment,
            Supplier<List<ProcessHandle>> among,
            Stepped then)
            throws InterruptedException {
        ServiceProxy proxy = system.service(service);
        CountDownLatch stepped = new CountDownLatch(1);
        AtomicBoolean due = new AtomicBoolean(true);
        Trap trap = new Trap(request, moment, caught -> {
            if (!due.getAndSet(false)) {
                return;
            }
            try {
                Optional<ProcessHandle> owner = SocketOwner.of(caught.port(), proxy.port(), among.get());
                if (owner.isPresent()) {
                    then.by(owner.get(), caught.request());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                stepped.countDown();
            }
        });
        proxy.set(trap);
        if (!stepped.await(within.toMillis(), TimeUnit.MILLISECONDS) && !proxy.disarm(trap)) {
            // Its answer may never come, when its client or another fault has ended the connection.
            boolean acted = stepped.await(ANSWERED_WITHIN.toMillis(), TimeUnit.MILLISECONDS) || !due.getAndSet(false);
            if (acted) {
                stepped.await();
            }
        }
    }

    /** Everything is as it should be again. */
    @Override
    public void close() throws IOException {
        healer.shutdownNow();
        system.proxies().forEach(ServiceProxy::restore);
        for (ProcessHandle process : system.gatewayProcesses()) {
            Signals.go(process);
        }
        for (ProcessHandle process : system.workers()) {
            Signals.go(process);
        }
    }
}
