import org.apache.kafka.common.utils.Utils;

/**
 * Prints src/domain/java_partitions.inc: the partition that Kafka's Java client selects for a policy's records.
 * firstcome must select the same. Needs a JDK:
 *
 *   java -cp 'build/kafka/jars/*' scripts/cluster/JavaPartitions.java > src/domain/java_partitions.inc
 */
class JavaPartitions {
  public static void main(String[] words) {
    long policy = 1;
    System.out.println("// Printed by scripts/cluster/JavaPartitions.java: policy, its partition of 3, of 12, of 1000.");
    for (int i = 0; i < 150; ++i) {
      byte[] key = Long.toString(policy).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      int hash = Utils.toPositive(Utils.murmur2(key));
      System.out.printf("{%d, %d, %d, %d},%n", policy, hash % 3, hash % 12, hash % 1000);
      // Consecutive ids at first, then ids of every length up to the largest.
      policy = i < 30 ? policy + 1 : i == 148 ? Long.MAX_VALUE : (long) (policy * 1.37) + i;
    }
  }
}
