package flotilla.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.doctor.Finding.Status;
import flotilla.doctor.Judgements.Listener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgementsTest {
    @ParameterizedTest
    @CsvSource({"0,OK", "30,OK", "-30,OK", "31,WARNING", "-31,WARNING", "300,WARNING", "301,ERROR", "-301,ERROR"})
    void clock_shouldBeJudgedByWhatAwsRefuses(long seconds, Status status) {
        Finding finding = Judgements.clock("S3", Duration.ofSeconds(seconds));

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.what())
                .contains(Math.abs(seconds) + " s " + (seconds < 0 ? "behind" : "ahead of") + " S3's");
        assertThat(finding.remedy().isEmpty()).isEqualTo(status == Status.OK);
    }

    @Test
    void lease_shouldHoldAnImageTwice() {
        assertThat(Judgements.lease(Duration.ofSeconds(2), Duration.ofSeconds(1))
                        .status())
                .isEqualTo(Status.OK);
        Finding tooShort = Judgements.lease(Duration.ofSeconds(30), Duration.ofSeconds(16));
        assertThat(tooShort.status()).isEqualTo(Status.WARNING);
        assertThat(tooShort.remedy()).isEqualTo("set flotilla.queue.visibility-timeout to at least 32s");
    }

    @ParameterizedTest
    @CsvSource({"NOBODY,OK", "A_GATEWAY,OK", "SOMEBODY,ERROR", "NOT_OURS,WARNING"})
    void port_shouldBeFreeOrAGateways(Listener listener, Status status) {
        Finding finding = Judgements.port("flotilla.http.port", "127.0.0.1", 8000, listener);

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.check()).isEqualTo("port 8000");
    }

    @Test
    void anyPort_shouldBeInOrder() {
        assertThat(Judgements.port("flotilla.cluster.port", "h", 0, Listener.SOMEBODY)
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void whatMayNotBeSeen_shouldBeAWarningWithThePermission() {
        assertThat(Judgements.notSeen("queue q", "a part of it", "sqs:ListQueueTags"))
                .isEqualTo(Finding.warning(
                        "queue q",
                        "a part of it could not be looked at: these credentials lack sqs:ListQueueTags",
                        "run doctor with an operator's credentials, or grant it (docs/aws.md); gateways and workers work "
                                + "without it"));
    }

    @Test
    void file_shouldBeReadable() {
        assertThat(Judgements.file("k", "/f", true).status()).isEqualTo(Status.OK);
        assertThat(Judgements.file("k", "/f", false))
                .isEqualTo(Finding.error(
                        "secrets", "k: /f cannot be read", "check the path, and that this user may read the file"));
    }

    @Test
    void launch_shouldBeWhatEc2Says() {
        assertThat(Judgements.launch("c7i.large", Optional.empty()).status()).isEqualTo(Status.OK);
        Finding refused = Judgements.launch("c7i.large in subnet-1", Optional.of("InvalidSubnetID.NotFound: no"));
        assertThat(refused.status()).isEqualTo(Status.ERROR);
        assertThat(refused.check()).isEqualTo("launch of c7i.large in subnet-1");
        assertThat(refused.what()).contains("InvalidSubnetID");
    }

    @Test
    void launchOfMember_shouldBeNoErrorForASetThatIsThere() {
        Finding refused = Judgements.launchOfMember("c7i.large", Optional.of("UnauthorizedOperation: no"));

        assertThat(refused.status()).isEqualTo(Status.WARNING);
        assertThat(refused.check()).isEqualTo("launch of c7i.large");
        assertThat(refused.remedy()).startsWith("for new members of the set alone: ");
        assertThat(Judgements.launchOfMember("c7i.large", Optional.empty()).status())
                .isEqualTo(Status.OK);
    }

    @Test
    void image_shouldBeAvailable() {
        assertThat(Judgements.image("ami-1", "available").status()).isEqualTo(Status.OK);
        assertThat(Judgements.image("ami-1", "pending").status()).isEqualTo(Status.ERROR);
    }

    @Test
    void modelOfTheWorkersImage_shouldBeAWarning() {
        Finding finding = Judgements.modelElsewhere("/opt/flotilla/model");

        assertThat(finding.status()).isEqualTo(Status.WARNING);
        assertThat(finding.what()).startsWith("/opt/flotilla/model is not on this machine");
    }

    @Test
    void modelInS3_shouldHaveItsFiles() {
        List<String> needed = List.of("model.conf", "labels.txt", "model.pt");

        assertThat(Judgements.modelInS3(
                                "s3://b/m", needed, List.of("labels.txt", "model.pt", "model.conf", "x"), Map.of())
                        .status())
                .isEqualTo(Status.OK);
        Finding missing = Judgements.modelInS3("s3://b/m", needed, List.of("model.pt"), Map.of("model.onnx", "x"));
        assertThat(missing.status()).isEqualTo(Status.ERROR);
        assertThat(missing.what()).isEqualTo("s3://b/m lacks model.conf, labels.txt");
        assertThat(missing.remedy())
                .isEqualTo("copy the model folder there (aws s3 cp --recursive), or correct flotilla.model.path");
    }

    @Test
    void modelInS3WithoutAFileThatCanBeMade_shouldBeToldHow() {
        Finding missing = Judgements.modelInS3(
                "s3://b/m",
                List.of("model.conf", "model.onnx"),
                List.of("model.conf", "model.pt"),
                Map.of("model.onnx", "make it"));

        assertThat(missing.what()).isEqualTo("s3://b/m lacks model.onnx");
        assertThat(missing.remedy())
                .isEqualTo("copy the model folder there (aws s3 cp --recursive), or correct flotilla.model.path;"
                        + " model.onnx: make it");
    }
}
