package flotilla.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Carries out the faults of a plan, one after the other; those that last are healed while others come. One thread at a time. */
final class Injector implements AutoCloseable {
    private static final Pattern IMAGE_STORED = Pattern.compile("PUT /flotilla-input/");
    private static final Pattern RESULT_STORED = Pattern.compile("PUT /flotilla-output/[0-9a-f-]{36}\\.json");
    private static final Pattern LAUNCH = Pattern.compile("Action=RunInstances");
    private static final Pattern TERMINATE = Pattern.compile("Action=TerminateInstances");

    private final DrillSystem system;
    private final Consumer<String> log;
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
            case KILL_GATEWAY -> pick(younger(), step.choice()).map(node -> kill(node.handle()));
            case KILL_SUPERVISOR -> Optional.of(kill(oldest().handle()));
            case KILL_BEFORE_SEND -> force("s3", IMAGE_STORED, step.lasting(), false);
            case KILL_BEFORE_DELETE -> force("s3", RESULT_STORED, step.lasting(), false);
            case KILL_IN_LAUNCH -> force("ec2", LAUNCH, step.lasting(), step.early());
            case KILL_IN_TERMINATE -> force("ec2", TERMINATE, step.lasting(), step.early());
            case FREEZE_WORKER -> freeze(pick(system.workers(), step.choice()), step.lasting());
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

    /** Kills whoever makes a request, at that moment; nobody when none comes in time. */
    private Optional<String> force(String service, Pattern request, Duration within, boolean early)
            throws InterruptedException {
        ServiceProxy proxy = system.service(service);
        CountDownLatch stepped = new CountDownLatch(1);
        List<ProcessHandle> killed = new ArrayList<>();
        ServiceProxy.Trap trap = new ServiceProxy.Trap(request, early, port -> {
            try {
                SocketOwner.of(port, proxy.port(), everybody()).ifPresent(owner -> {
                    owner.destroyForcibly();
                    owner.onExit().join();
                    killed.add(owner);
                });
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
        return killed.stream().findFirst().map(owner -> "process " + owner.pid() + (early ? ", unheard" : ", heard"));
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
