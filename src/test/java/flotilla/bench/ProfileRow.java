package flotilla.bench;

import static java.util.stream.Collectors.joining;

import flotilla.load.Api;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where the processor time of an image goes when the whole system is saturated: by process, and within each by library, as
 * Java's flight recorder samples it.
 */
final class ProfileRow implements Row {
    /** So that samples tell lines and not only places where a thread may be stopped. */
    private static final Map<String, String> JVM =
            Map.of("JAVA_TOOL_OPTIONS", "-XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints");

    private static final int MOST_SHOWN = 7;

    @Override
    public String name() {
        return "profile";
    }

    @Override
    public String about(Subject asked) {
        return "processor time of an image by process and library, saturated over HTTP, " + asked.title();
    }

    @Override
    public List<Figure> measure(Lab lab) throws Exception {
        Stand stand = Stand.start(lab, JVM);
        Stand.Gateway gateway = stand.gateway();
        gateway.warm(lab, stand);
        Map<String, Running> processes = new LinkedHashMap<>();
        processes.put("cloud", stand.cloud());
        processes.put("gateway", gateway.process());
        processes.put("worker", stand.worker(Variant.shipped(lab.subject()).sets()));
        int images = lab.either(200, 1200);
        saturate(lab, gateway.url(), images / 2);
        Path folder = lab.newFolder("recordings");
        Map<String, Double> before = new LinkedHashMap<>();
        for (Map.Entry<String, Running> process : processes.entrySet()) {
            jcmd(lab, process.getValue(), "JFR.start", "name=bench", "settings=profile");
            before.put(process.getKey(), process.getValue().processorSeconds());
        }
        saturate(lab, gateway.url(), images);
        List<Figure> figures = new ArrayList<>();
        for (Map.Entry<String, Running> process : processes.entrySet()) {
            String name = process.getKey();
            double seconds = process.getValue().processorSeconds() - before.get(name);
            Path recording = folder.resolve(name + ".jfr");
            jcmd(lab, process.getValue(), "JFR.dump", "name=bench", "filename=" + recording);
            figures.add(Figure.of(
                            lab.subject().named(name),
                            "ms",
                            Samples.of(TimeUnit.SECONDS.toMillis(1) * seconds / images))
                    .with(shown(JavaProfile.read(recording))));
        }
        return figures;
    }

    private static void saturate(Lab lab, URI gateway, int images) throws IOException {
        Client.saturate(gateway, Api.V1, lab.photos(), images, Stand.CONCURRENCY);
    }

    private static String shown(JavaProfile profile) {
        return "of its Java samples: "
                + profile.shares().stream()
                        .limit(MOST_SHOWN)
                        .map(share -> share.library() + " " + Math.round(100 * share.part()) + " %")
                        .collect(joining(", "));
    }

    private static void jcmd(Lab lab, Running process, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(process.pid())));
        all.addAll(List.of(command));
        try (Running jcmd = lab.program("jcmd", Map.of(), all)) {
            if (jcmd.status() != 0) {
                throw new IOException(command[0] + " failed for process " + process.pid());
            }
        }
    }
}
