package flotilla.app;

import flotilla.aws.AwsClients;
import flotilla.aws.autoscaling.AutoScalingExamination;
import flotilla.aws.autoscaling.AutoScalingExamination.Setup;
import flotilla.aws.ec2.Ec2Examination;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.ScalingSettings;
import flotilla.doctor.Finding;
import flotilla.doctor.GroupFindings;
import flotilla.doctor.Judgements;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks of what workers come from: launches, by a dry run, an Auto Scaling group, machine images. */
final class FleetChecks {
    private static final String IMAGE_PERMISSION = "ec2:DescribeImages";
    private static final String GROUP_PERMISSION = "autoscaling:DescribeAutoScalingGroups";

    private final FlotillaSettings settings;
    private final AwsClients clients;

    FleetChecks(FlotillaSettings settings, AwsClients clients) {
        this.settings = settings;
        this.clients = clients;
    }

    List<Examination.Check> all() {
        FleetSettings fleet = settings.fleet();
        List<Examination.Check> checks = new ArrayList<>();
        if (fleet.mode() == FleetSettings.Mode.LAUNCH || launchesASetFromAnImage()) {
            checks.add(new Examination.Check("launch", this::launch));
        }
        fleet.autoScalingGroup()
                .filter(name -> fleet.mode() == FleetSettings.Mode.AUTO_SCALING_GROUP)
                .ifPresent(name -> checks.add(CloudChecks.unlessDenied(
                        GroupFindings.check(name), GroupFindings.notSeen(name, GROUP_PERMISSION), () -> group(name))));
        Stream.of(fleet.imageId(), settings.provision().gateway().imageId())
                .flatMap(Optional::stream)
                .distinct()
                .forEach(id -> checks.add(CloudChecks.optional("image " + id, IMAGE_PERMISSION, () -> image(id))));
        return checks;
    }

    /** Where a template is used instead, that is looked at. */
    private boolean launchesASetFromAnImage() {
        FleetSettings fleet = settings.fleet();
        return fleet.mode() == FleetSettings.Mode.START_STOP
                && fleet.launchTemplate().isEmpty()
                && (fleet.imageId().isPresent() || settings.aws().ec2().isPresent());
    }

    private List<Finding> launch() {
        boolean ofASet = settings.fleet().mode() == FleetSettings.Mode.START_STOP;
        try (Ec2Examination ec2 = ec2()) {
            return ec2.rehearse().toCompletableFuture().join().stream()
                    .map(one -> ofASet
                            ? Judgements.launchOfMember(one.place(), one.refusal())
                            : Judgements.launch(one.place(), one.refusal()))
                    .collect(Collectors.toList());
        }
    }

    private List<Finding> group(String name) {
        try (AutoScalingExamination scaling = AutoScalingExamination.connect(clients, name)) {
            Setup setup = scaling.look().toCompletableFuture().join();
            ScalingSettings limits = settings.scaling();
            return GroupFindings.of(
                    new GroupFindings.Group(name, setup.min(), setup.max(), setup.protectsNew(), setup.hooks()),
                    new GroupFindings.Needs(
                            limits.minInstances(),
                            limits.maxInstances(),
                            settings.fleet().lifecycleHook()));
        }
    }

    private List<Finding> image(String id) {
        try (Ec2Examination ec2 = ec2()) {
            return List.of(Judgements.image(
                    id, ec2.imageState(id).toCompletableFuture().join()));
        }
    }

    private Ec2Examination ec2() {
        return Ec2Examination.connect(
                clients, settings.fleet(), settings.cluster().name(), Clock.systemUTC());
    }
}
