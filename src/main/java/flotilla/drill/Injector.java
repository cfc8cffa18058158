package flotilla.drill;

import flotilla.drill.ServiceProxy.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Carries out the faults of a plan, one after the other; those that last are healed while others come. One thread at a time. */
final class Injector implements AutoCloseable {
    private static final Pattern IMAGE_STORED = Pattern.compile("PUT /flotilla-input/");
    private static final Pattern RESULT_STORED = Pattern.compile("PUT /flotilla-output/[0-9a-f-]{36}\\.json");
    private static final Pattern IMAGE_FETCHED = Pattern.compile("GET /flotilla-input/[0-9a-f-]{36}");
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");
    private static final Pattern LAUNCH = Pattern.compile("Action=RunInstances");
    private static final Pattern TERMINATE = Pattern.compile("Action=TerminateInstances");

    /** A worker is struck at most so long after it has fetched an image. */
    private static final long LONGEST_AT_WORK_MILLIS = 500;

    /**
     * A worker and an image that it has in hand.
     *
     * @param request the image's id
     */
    private record AtWork(ProcessHandle worker, String request) {}

    private final DrillSystem system;
    private final Consumer<String> log;
    private final Map<String, Instant> struck = new LinkedHashMap<>();
    private final Instant start = Instant.now();
    private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
    private final ScheduledExecutorService healer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "drill-healer");
        thread.setDaemon(true);
        return thread;
    });
    private int kills;

    /** @param log gets a line for each fault */
    Injector(DrillSystem system, Consumer<String> log) {
        this.system = system;
        this.log = log;
    }

    /** Processes killed so far. */
    int kills() {
        return kills;
    }

    /** When a worker was killed with an image in hand, by the image's id: the last time for each. */
    Map<String, Instant> struck() {
        return Map.copyOf(struck);
    }

    /** How often each fault was carried out. */
    Map<Fault, Integer> done() {
        return new EnumMap<>(done);
    }

    /** Waits for the step's time and does it. One that finds nobody to hit does nothing and does not count. */
    void inject(FaultPlan.Step step) throws InterruptedException, IOException {
        TimeUnit.MILLISECONDS.sleep(step.pause().toMillis());
        Optional<String> hit = carryOut(step);
        if (hit.isPresent()) {
            done.merge(step.fault(), 1, Integer::sum);
            kills += step.fault().kills() ? 1 : 0;
            log.accept(Duration.between(start, Instant.now()).toMillis() + " ms "
                    + step.fault().text() + " " + hit.get());
        }
    }

    private Optional<String> carryOut(FaultPlan.Step step) throws InterruptedException, IOException {
        return switch (step.fault()) {
            case KILL_WORKER -> pick(system.workers(), step.choice()).map(Injector::kill);
            case KILL_WORKER_AT_WORK -> atWork(step).map(this::kill);
            case KILL_GATEWAY -> pick(younger(), step.choice()).map(node -> kill(node.handle()));
            case KILL_SUPERVISOR -> Optional.of(kill(oldest().handle()));
            case KILL_BEFORE_SEND -> killAt("s3", IMAGE_STORED, step.lasting(), Moment.HEARD);
            case KILL_BEFORE_DELETE -> killAt("s3", RESULT_STORED, step.lasting(), Moment.HEARD);
            case KILL_IN_LAUNCH -> killAt("ec2", LAUNCH, step.lasting(), moment(step));
            case KILL_IN_TERMINATE -> killAt("ec2", TERMINATE, step.lasting(), moment(step));
            case FREEZE_WORKER_AT_WORK -> freeze(atWork(step).map(AtWork::worker), step.lasting());
            case FREEZE_GATEWAY ->
                freeze(pick(system.gateways(), step.choice()).map(GatewayNode::handle), step.lasting());
            case DISCONNECT_GATEWAY ->
                pick(system.gateways(), step.choice())
                        .map(node -> trouble(node.remoting(), node.remoting()::gone, step.lasting()));
            case SQS_GONE -> trouble("sqs", ServiceProxy::gone, step.lasting());
            case S3_GONE -> trouble("s3", ServiceProxy::gone, step.lasting());
            case SQS_SLOW -> trouble("sqs", ServiceProxy::slow, step.lasting());
            case S3_SLOW -> trouble("s3", ServiceProxy::slow, step.lasting());
            case SQS_FAILING -> trouble("sqs", ServiceProxy::failing, step.lasting());
            case S3_FAILING -> trouble("s3", ServiceProxy::failing, step.lasting());
        };
    }

    private GatewayNode oldest() {
        return system.gateways().stream()
                .min(Comparator.comparing(GatewayNode::since))
                .orElseThrow();
    }

    private List<GatewayNode> younger() {
        GatewayNode oldest = oldest();
        return system.gateways().stream().filter(node -> node != oldest).toList();
    }

    private static <T> Optional<T> pick(List<T> all, double choice) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get((int) (choice * all.size())));
    }

    private String kill(AtWork target) {
        struck.put(target.request(), Instant.now());
        return kill(target.worker()) + " with " + target.request();
    }

    private static String kill(ProcessHandle process) {
        process.destroyForcibly();
        return "process " + process.pid();
    }

    private Optional<String> freeze(Optional<ProcessHandle> chosen, Duration lasting) throws IOException {
        if (chosen.isEmpty()) {
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
        return Optional.of(trouble(proxy, () -> what.accept(proxy), lasting));
    }

    private String trouble(ServiceProxy proxy, Runnable what, Duration lasting) {
        what.run();
        later(lasting, proxy::heal);
        return "port " + proxy.port() + " for " + lasting.toMillis() + " ms";
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

    /** Kills whoever makes a request, at that moment; nobody when none comes in time. */
    private Optional<String> killAt(String service, Pattern request, Duration within, Moment moment)
            throws InterruptedException {
        List<ProcessHandle> killed = new CopyOnWriteArrayList<>();
        trap(service, request, within, moment, (owner, text) -> {
            owner.destroyForcibly();
            owner.onExit().join();
            killed.add(owner);
        });
        return killed.stream()
                .findFirst()
                .map(owner -> "process " + owner.pid() + ", its request "
                        + moment.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Waits for a request.
     *
     * @param then gets the process that made it and what the pattern found; not called when none comes in time
     */
    private void trap(
            String service, Pattern request, Duration within, Moment moment, BiConsumer<ProcessHandle, String> then)
            throws InterruptedException {
        ServiceProxy proxy = system.service(service);
        CountDownLatch stepped = new CountDownLatch(1);
        ServiceProxy.Trap trap = new ServiceProxy.Trap(request, moment, caught -> {
            try {
                SocketOwner.of(caught.port(), proxy.port(), everybody())
                        .ifPresent(owner -> then.accept(owner, caught.request()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                stepped.countDown();
            }
        });
        proxy.set(trap);
        if (!stepped.await(within.toMillis(), TimeUnit.MILLISECONDS) && !proxy.disarm(trap)) {
            stepped.await();
        }
    }

    private List<ProcessHandle> everybody() {
        return Stream.concat(system.gateways().stream().map(GatewayNode::handle), system.workers().stream())
                .toList();
    }

    /** Everything is as it should be again. */
    @Override
    public void close() throws IOException {
        healer.shutdownNow();
        system.proxies().forEach(ServiceProxy::heal);
        for (ProcessHandle process : everybody()) {
            Signals.go(process);
        }
    }
}
