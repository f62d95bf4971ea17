// PostgreSQL's JDBC driver: parse, bind, execute; prepared on the server after five repetitions;
// a batch; rows fetched through a portal, some at a time.
import java.sql.*;

public class WithJdbc {
  public static void main(String[] args) throws Exception {
    String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
    url += "?sslmode=disable&user=" + System.getenv("PGUSER") + "&password=" + System.getenv("PGPASSWORD");
    try (Connection connection = DriverManager.getConnection(url)) {
      try (PreparedStatement byId = connection.prepareStatement("SELECT name FROM customers WHERE id = ?")) {
        for (int i = 11; i <= 18; i++) {
          byId.setInt(1, i);
          ResultSet rows = byId.executeQuery();
          if (!rows.next() || !rows.getString(1).equals("customer " + i)) throw new Exception("row " + i);
        }
      }
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(50);
        ResultSet rows = statement.executeQuery("SELECT id FROM orders ORDER BY id");
        int n = 0;
        while (rows.next()) n++;
        System.out.println("orders " + n);
      }
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO notes VALUES (?, ?)")) {
        for (int i = 0; i < 20; i++) {
          insert.setString(1, "jdbc " + i);
          insert.setDate(2, Date.valueOf("2026-03-01"));
          insert.addBatch();
        }
        System.out.println("inserted " + insert.executeBatch().length);
      }
      connection.commit();
      connection.setAutoCommit(true);
      DatabaseMetaData about = connection.getMetaData();
      ResultSet tables = about.getTables(null, "public", "cust%", new String[] {"TABLE"});
      while (tables.next()) System.out.println("table " + tables.getString("TABLE_NAME"));
      try (Statement statement = connection.createStatement()) {
        System.out.println("deleted " + statement.executeUpdate("DELETE FROM order_items"));
      } catch (SQLException error) {
        System.err.println("told: " + error.getMessage());
        System.err.println("sqlstate: " + error.getSQLState());
        System.exit(1);
      }
    }
  }
}
