package flotilla.local;

import flotilla.config.LocalSettings;
import flotilla.config.QueueSettings;
import flotilla.config.SettingsException;
import flotilla.config.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded cloud: stand-ins for SQS, S3 and EC2 with its metadata service, in this process, on loopback only, with all
 * their data below one directory:
 *
 * <pre>
 * endpoints.json   where the services are; there only while they serve
 * sqs/ s3/         queues and buckets; they outlive this process, also when it is killed
 * logs/            what each instance wrote, as &lt;instance-id&gt;.log
 * instances/       the living instance processes, for the next start after a kill
 * lock             held while a cloud uses the directory
 * </pre>
 */
public final class LocalCloud implements AutoCloseable {
    static final String ACCOUNT_ID = "000000000000";
    static final String AVAILABILITY_ZONE = "us-east-1a";

    private static final Logger log = LoggerFactory.getLogger(LocalCloud.class);

    /**
     * What it needs to know.
     *
     * @param dataDirectory created when it is missing
     * @param workerCommand what an instance runs, such as {@code [java, -jar, flotilla.jar, worker]}
     * @param workerEnvironment of each instance, beyond this process's own
     */
    public record Options(
            Path dataDirectory,
            LocalSettings local,
            QueueSettings queues,
            StorageSettings storage,
            List<String> workerCommand,
            Map<String, String> workerEnvironment) {
        public Options {
            dataDirectory = dataDirectory.toAbsolutePath().normalize();
            workerCommand = List.copyOf(workerCommand);
            workerEnvironment = Map.copyOf(workerEnvironment);
        }
    }

    /** Something that was started and has to be stopped. */
    private interface Part {
        void close() throws IOException;
    }

    /** In the order in which they have to be closed. */
    private final Deque<Part> parts;

    private final CloudEndpoints endpoints;
    private final Faults faults;

    private LocalCloud(Deque<Part> parts, CloudEndpoints endpoints, Faults faults) {
        this.parts = parts;
        this.endpoints = endpoints;
        this.faults = faults;
    }

    /**
     * Starts all services, and returns when they serve and {@code endpoints.json} says where.
     *
     * @throws SettingsException with one line and the remedy when the directory or a port is taken
     * @throws IOException when a service does not start for another reason
     */
    public static LocalCloud start(Options options) throws IOException {
        Path data = options.dataDirectory();
        Deque<Part> parts = new ArrayDeque<>();
        try {
            parts.push(DirectoryLock.acquire(data)::close);
            Path endpointsFile = data.resolve(CloudEndpoints.FILE_NAME);
            Files.deleteIfExists(endpointsFile);
            parts.push(() -> Files.deleteIfExists(endpointsFile));
            Ports.requireFree(options.local().sqsPort(), "flotilla.local.sqs-port");
            Ports.requireFree(options.local().s3Port(), "flotilla.local.s3-port");
            Ports.requireFree(options.local().ec2Port(), "flotilla.local.ec2-port");
            LocalSqs sqs = LocalSqs.start(data.resolve("sqs"), options.local().sqsPort(), options.queues());
            parts.push(sqs::close);
            LocalS3 s3 = LocalS3.start(data.resolve("s3"), options.local().s3Port(), options.storage());
            parts.push(s3::close);
            LocalEc2 ec2 = LocalEc2.start(data, options.local(), options.workerCommand(), options.workerEnvironment());
            parts.push(ec2::close);
            CloudEndpoints endpoints = new CloudEndpoints(sqs.endpoint(), s3.endpoint(), ec2.endpoint());
            endpoints.writeTo(data);
            return new LocalCloud(parts, endpoints, ec2.faults());
        } catch (IOException | RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    public CloudEndpoints endpoints() {
        return endpoints;
    }

    /** Troubles to order, for tests and drills in this process. */
    public Faults faults() {
        return faults;
    }

    /**
     * Ends all instances while the other services still serve them, then the services. Takes up to the stop grace and some
     * seconds. Queues and buckets keep what is in them.
     */
    @Override
    public void close() {
        closeAll(parts);
    }

    private static void closeAll(Deque<Part> parts) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (IOException | RuntimeException e) {
                log.warn("embedded cloud: {}", e.toString());
            }
        }
    }
}
