package flotilla.app;

import flotilla.config.SettingsException;
import flotilla.simulation.HtmlReport;
import flotilla.simulation.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The files that {@code simulate} writes. */
final class ReportFiles {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--html", paramLabel = "FILE", description = "write a page with plots")
    private Path html;

    @Option(names = "--csv", paramLabel = "FILE", description = "write the table as CSV")
    private Path csv;

    /** Whether any is asked for. */
    boolean wanted() {
        return html != null || csv != null;
    }

    /**
     * A run may take minutes: what cannot be written had better be known before.
     *
     * @throws ParameterException when a file cannot be written
     */
    void check() {
        check("--html", html);
        check("--csv", csv);
        require(html == null || !html.equals(csv), "--html and --csv name the same file");
    }

    private void check(String option, Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        require(folder != null && !Files.isDirectory(file), option + " names a file, and " + file + " is a folder");
        require(Files.isDirectory(folder), option + ": there is no folder " + folder + "; make it first");
        require(
                Files.isWritable(Files.exists(file) ? file : folder),
                option + ": no right to write " + file + "; name another file");
    }

    /** @throws SettingsException when a file cannot be written after all */
    void write(List<Report> reports) {
        if (html != null) {
            write(html, HtmlReport.of(reports));
        }
        if (csv != null) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < reports.size(); i++) {
                text.append(reports.get(i).csv(i == 0));
            }
            write(csv, text.toString());
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new SettingsException(
                    "cannot write " + file + " (" + e.getMessage() + "); check space and rights", e);
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
