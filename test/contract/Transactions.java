import java.util.Map;
import java.util.Scanner;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** A transactional producer of Kafka's Java client, led by lines on its standard input; each is answered when done. */
class Transactions {
  public static void main(String[] words) throws Exception {
    String topic = words[1];
    var settings = Map.<String, Object>of("bootstrap.servers", words[0], "transactional.id", topic);
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      System.out.println("ready");
      for (var lines = new Scanner(System.in); lines.hasNextLine();) {
        String[] line = lines.nextLine().split(" ", 3);
        switch (line[0]) {
          case "begin" -> producer.beginTransaction();
          case "append" -> producer.send(new ProducerRecord<>(topic, Integer.valueOf(line[1]), "7", line[2])).get();
          case "commit" -> producer.commitTransaction();
          case "abort" -> producer.abortTransaction();
          default -> throw new IllegalArgumentException(line[0]);
        }
        System.out.println("done");
      }
    }
  }
}
