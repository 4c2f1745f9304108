"""The twenty documents of the invented province."""

from __future__ import annotations

from docflow.demo.texts import COMMUNES, DEPARTMENT, Text
from docflow.model import DocumentType

PROVINCE_TEXTS = (
    Text(
        type=DocumentType.QUYET_DINH,
        unit="VP",
        subject="Về việc ban hành Quy chế công tác văn thư của Ủy ban nhân dân tỉnh An Bình",
        to=("Văn phòng Ủy ban nhân dân tỉnh", DEPARTMENT, COMMUNES),
        body="""
        ỦY BAN NHÂN DÂN TỈNH AN BÌNH

        Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;

        Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;

        Theo đề nghị của Chánh Văn phòng Ủy ban nhân dân tỉnh.

        QUYẾT ĐỊNH:

        Điều 1. Ban hành kèm theo Quyết định này Quy chế công tác văn thư của Ủy ban nhân dân tỉnh An Bình.

        Điều 2. Quyết định này có hiệu lực thi hành kể từ ngày ký. Các quy định trước đây trái với Quyết định
        này đều bị bãi bỏ.

        Điều 3. Chánh Văn phòng Ủy ban nhân dân tỉnh, Giám đốc các sở, Chủ tịch Ủy ban nhân dân các xã, phường
        và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này.
        """,
    ),
    Text(
        type=DocumentType.CONG_VAN,
        unit="VP",
        subject="thực hiện gửi, nhận văn bản điện tử có ký số",
        to=(DEPARTMENT, "Sở Nội vụ", COMMUNES),
        copies=("Văn thư - Lưu trữ tỉnh",),
        body="""
        Qua theo dõi, một số cơ quan trên địa bàn tỉnh vẫn gửi bản giấy kèm theo văn bản điện tử đã ký số, gây
        lãng phí và làm chậm việc xử lý công việc.

        Ủy ban nhân dân tỉnh yêu cầu Thủ trưởng các cơ quan, Chủ tịch Ủy ban nhân dân các xã, phường chỉ đạo gửi
        văn bản điện tử có đủ chữ ký số của người có thẩm quyền và của cơ quan; không gửi thêm bản giấy, trừ
        trường hợp pháp luật có quy định khác.

        Văn thư cơ quan kiểm tra chữ ký số ngay khi nhận văn bản. Trường hợp chữ ký số không hợp lệ, văn thư trả
        lại văn bản cho nơi gửi và nêu rõ lý do.

        Các cơ quan báo cáo kết quả thực hiện qua Văn phòng Ủy ban nhân dân tỉnh trước ngày 20 hằng tháng.
        """,
    ),
    Text(
        type=DocumentType.THONG_BAO,
        unit="VP",
        subject="Kết luận của Chủ tịch Ủy ban nhân dân tỉnh tại cuộc họp giao ban tháng",
        to=(DEPARTMENT, "Sở Tài chính", COMMUNES),
        body="""
        Chủ tịch Ủy ban nhân dân tỉnh đã chủ trì cuộc họp giao ban tháng với các sở và Ủy ban nhân dân các xã,
        phường. Sau khi nghe báo cáo và ý kiến của các đại biểu, Chủ tịch Ủy ban nhân dân tỉnh kết luận như sau:

        1. Các cơ quan rà soát nhiệm vụ còn chậm, xác định rõ nguyên nhân, người chịu trách nhiệm và thời hạn
        hoàn thành từng nhiệm vụ.

        2. Sở Tài chính chủ trì tham mưu phương án bố trí kinh phí cho các nhiệm vụ phát sinh, bảo đảm đúng đối
        tượng và tiết kiệm.

        3. Sở Khoa học và Công nghệ hướng dẫn các xã, phường sử dụng nền tảng tiếp nhận phản ánh của người dân.

        Văn phòng Ủy ban nhân dân tỉnh thông báo để các cơ quan biết và thực hiện.
        """,
    ),
    Text(
        type=DocumentType.KE_HOACH,
        unit="KGVX",
        subject="Chuyển đổi số trong cơ quan nhà nước trên địa bàn tỉnh An Bình",
        to=(DEPARTMENT, "Sở Nội vụ", "Sở Tài chính", COMMUNES),
        body="""
        Thực hiện chủ trương phát triển chính quyền số, Ủy ban nhân dân tỉnh ban hành Kế hoạch chuyển đổi số
        trong cơ quan nhà nước trên địa bàn tỉnh với các nội dung sau:

        I. MỤC ĐÍCH, YÊU CẦU

        1. Mọi hồ sơ công việc của cơ quan nhà nước được lập, xử lý và lưu giữ trên môi trường số, trừ hồ sơ
        chứa bí mật nhà nước. Người dân và doanh nghiệp chỉ phải cung cấp thông tin một lần cho các cơ quan nhà
        nước.

        2. Việc chuyển đổi số phải thiết thực, không chạy theo số lượng phần mềm; lấy mức độ hài lòng của người
        dân và thời gian giải quyết công việc làm thước đo kết quả.

        3. Hệ thống mới phải dùng lại dữ liệu đã có, kết nối theo quy chuẩn kỹ thuật quốc gia và bảo đảm an toàn
        thông tin ngay từ khâu thiết kế.

        II. NHIỆM VỤ TRỌNG TÂM

        1. Hoàn thiện quy trình xử lý văn bản điện tử từ khâu soạn thảo, trình ký, ký số, cấp số, đóng dấu đến
        phát hành và lưu trữ. Mỗi bước phải có người chịu trách nhiệm và để lại dấu vết kiểm tra được.

        2. Rà soát, cấp đủ chứng thư số chuyên dùng công vụ cho người có thẩm quyền ký văn bản và cho cơ quan,
        tổ chức; quản lý chặt chẽ thiết bị lưu khóa bí mật.

        3. Chuẩn hóa danh mục hồ sơ, thời hạn bảo quản; tổ chức nộp hồ sơ điện tử vào lưu trữ lịch sử của tỉnh
        đúng thời hạn và đúng định dạng.

        4. Xây dựng kho dữ liệu dùng chung của tỉnh, trước hết là dữ liệu về đất đai, hộ tịch, bảo trợ xã hội và
        hạ tầng kỹ thuật; công bố dữ liệu mở theo quy định.

        5. Bồi dưỡng kỹ năng số cho cán bộ, công chức, viên chức theo vị trí việc làm; thành lập tổ hỗ trợ tại
        từng xã, phường để giúp người cao tuổi và người yếu thế sử dụng dịch vụ công trực tuyến.

        6. Kiểm tra việc sao lưu và phục hồi dữ liệu ít nhất mỗi quý một lần; kết quả kiểm tra phải được lập
        thành biên bản và báo cáo người đứng đầu cơ quan.

        III. KINH PHÍ

        Kinh phí thực hiện được bố trí từ dự toán chi thường xuyên của các cơ quan và nguồn vốn đầu tư phát
        triển của tỉnh. Các cơ quan lập dự toán cùng thời điểm lập dự toán ngân sách hằng năm, thuyết minh rõ
        sản phẩm và hiệu quả dự kiến; không đề nghị kinh phí cho phần mềm có chức năng trùng với nền tảng dùng
        chung của tỉnh.

        IV. TỔ CHỨC THỰC HIỆN

        1. Sở Khoa học và Công nghệ là cơ quan thường trực, hướng dẫn kỹ thuật, theo dõi, đôn đốc và tổng hợp
        kết quả thực hiện, báo cáo Ủy ban nhân dân tỉnh trước ngày 15 của tháng cuối quý.

        2. Sở Nội vụ chủ trì chuẩn hóa nghiệp vụ văn thư, lưu trữ và công tác bồi dưỡng; đưa kết quả chuyển đổi
        số vào tiêu chí đánh giá người đứng đầu cơ quan.

        3. Sở Tài chính thẩm định kinh phí, trình cấp có thẩm quyền bố trí vốn theo phân cấp.

        4. Ủy ban nhân dân các xã, phường xây dựng kế hoạch cụ thể của địa phương, phân công một lãnh đạo phụ
        trách và công khai tiến độ thực hiện trên trang thông tin điện tử.

        Trong quá trình thực hiện, nếu có vướng mắc, các cơ quan phản ánh về Sở Khoa học và Công nghệ để tổng
        hợp, báo cáo Ủy ban nhân dân tỉnh xem xét, quyết định.
        """,
    ),
    Text(
        type=DocumentType.QUYET_DINH,
        unit="NC",
        subject="Về việc thành lập Tổ công tác rà soát thủ tục hành chính",
        to=("Sở Tư pháp", DEPARTMENT),
        body="""
        CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH AN BÌNH

        Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;

        Theo đề nghị của Giám đốc Sở Tư pháp.

        QUYẾT ĐỊNH:

        Điều 1. Thành lập Tổ công tác rà soát thủ tục hành chính do Giám đốc Sở Tư pháp làm Tổ trưởng.

        Điều 2. Tổ công tác rà soát toàn bộ thủ tục hành chính thuộc thẩm quyền của tỉnh, đề xuất cắt giảm giấy
        tờ trùng lặp và rút ngắn thời gian giải quyết. Tổ công tác tự giải thể sau khi hoàn thành nhiệm vụ.

        Điều 3. Giám đốc Sở Tư pháp, Giám đốc Sở Khoa học và Công nghệ và các thành viên Tổ công tác chịu trách
        nhiệm thi hành Quyết định này.
        """,
    ),
    Text(
        type=DocumentType.GIAY_MOI,
        unit="VP",
        subject="Dự hội nghị sơ kết công tác cải cách hành chính",
        to=(DEPARTMENT, "Sở Nội vụ", COMMUNES),
        body="""
        Ủy ban nhân dân tỉnh An Bình trân trọng kính mời lãnh đạo các sở và Chủ tịch Ủy ban nhân dân các xã,
        phường dự hội nghị sơ kết công tác cải cách hành chính.

        Chủ trì: Chủ tịch Ủy ban nhân dân tỉnh.

        Thời gian: 08 giờ 00 phút ngày làm việc đầu tiên của tuần tới.

        Địa điểm: Hội trường A, trụ sở Ủy ban nhân dân tỉnh, số 1 đường Bình Minh, phường Trung Tâm.

        Đề nghị các đại biểu đọc trước tài liệu trên hệ thống họp không giấy và chuẩn bị ý kiến phát biểu không
        quá 05 phút.
        """,
    ),
    Text(
        type=DocumentType.CHI_THI,
        unit="NC",
        subject="Về việc tăng cường kỷ luật, kỷ cương hành chính",
        to=(DEPARTMENT, "Sở Nội vụ", COMMUNES),
        body="""
        Thời gian qua, kỷ luật, kỷ cương hành chính trong các cơ quan của tỉnh có chuyển biến tích cực, song vẫn
        còn tình trạng chậm trả lời văn bản và đùn đẩy trách nhiệm. Chủ tịch Ủy ban nhân dân tỉnh chỉ thị:

        1. Người đứng đầu cơ quan chịu trách nhiệm về thời hạn trả lời văn bản; văn bản hỏi ý kiến phải được trả
        lời trong 05 ngày làm việc, kể cả khi không có ý kiến khác.

        2. Công chức không được yêu cầu người dân nộp giấy tờ mà cơ quan nhà nước đã có trong cơ sở dữ liệu.

        3. Sở Nội vụ kiểm tra công vụ đột xuất tại ít nhất mười cơ quan mỗi quý và công khai kết quả.

        Chỉ thị này được phổ biến đến toàn thể cán bộ, công chức, viên chức trong tỉnh để thực hiện nghiêm.
        """,
    ),
    Text(
        type=DocumentType.BAO_CAO,
        unit="KTTH",
        subject="Tình hình kinh tế - xã hội tỉnh An Bình 6 tháng đầu năm",
        to=("Hội đồng nhân dân tỉnh An Bình", DEPARTMENT),
        body="""
        Thực hiện chế độ báo cáo định kỳ, Ủy ban nhân dân tỉnh báo cáo tình hình kinh tế - xã hội 6 tháng đầu
        năm:

        I. KẾT QUẢ ĐẠT ĐƯỢC

        Sản xuất nông nghiệp ổn định, diện tích lúa đạt kế hoạch, không phát sinh dịch bệnh lớn. Thu ngân sách
        đạt 54% dự toán năm. Tỷ lệ hồ sơ trực tuyến toàn trình đạt 71%, tăng 9 điểm phần trăm so với cùng kỳ.

        II. HẠN CHẾ

        Giải ngân vốn đầu tư công ở một số xã còn chậm, chủ yếu do vướng mắc trong giải phóng mặt bằng.

        III. NHIỆM VỤ 6 THÁNG CUỐI NĂM

        Tập trung tháo gỡ vướng mắc cho các dự án trọng điểm, giữ vững an ninh nguồn nước và chuẩn bị tốt các
        điều kiện cho năm học mới.
        """,
    ),
    Text(
        type=DocumentType.CONG_VAN,
        unit="KTTH",
        subject="chuẩn bị ứng phó mưa lớn trên lưu vực sông An",
        to=(DEPARTMENT, "Sở Nông nghiệp và Môi trường", COMMUNES),
        copies=("Công an tỉnh",),
        body="""
        Theo bản tin của Đài Khí tượng thủy văn tỉnh, trong những ngày tới trên lưu vực sông An có khả năng xảy
        ra mưa lớn kéo dài, nguy cơ ngập úng tại vùng trũng thấp.

        Chủ tịch Ủy ban nhân dân tỉnh yêu cầu các cơ quan kiểm tra ngay hồ chứa, đê bao và hệ thống tiêu thoát
        nước; chuẩn bị vật tư và phương tiện theo phương châm bốn tại chỗ.

        Ủy ban nhân dân các xã, phường thông báo cho người dân vùng trũng, sẵn sàng sơ tán khi mực nước vượt báo
        động hai; tổ chức trực ban suốt ngày đêm.

        Sở Khoa học và Công nghệ bảo đảm thông tin liên lạc và các trạm đo mưa tự động hoạt động liên tục.
        """,
    ),
    Text(
        type=DocumentType.TO_TRINH,
        unit="KTTH",
        subject="Về việc đề nghị thông qua Nghị quyết hỗ trợ doanh nghiệp nhỏ chuyển đổi số",
        to=("Hội đồng nhân dân tỉnh An Bình",),
        copies=(DEPARTMENT, "Sở Tài chính"),
        body="""
        Phần lớn doanh nghiệp trên địa bàn tỉnh có quy mô nhỏ, thiếu nhân lực và kinh phí để ứng dụng công nghệ
        số. Nhu cầu được hỗ trợ là có thật và cấp bách.

        Ủy ban nhân dân tỉnh kính trình Hội đồng nhân dân tỉnh xem xét, thông qua Nghị quyết hỗ trợ doanh nghiệp
        nhỏ chuyển đổi số với hai chính sách: hỗ trợ một lần chi phí tư vấn và hỗ trợ chi phí sử dụng hóa đơn,
        chữ ký số trong mười hai tháng đầu.

        Kinh phí dự kiến do ngân sách tỉnh bảo đảm, lồng ghép trong dự toán khoa học, công nghệ hằng năm. Dự
        thảo Nghị quyết đã được lấy ý kiến rộng rãi và được Sở Tư pháp thẩm định.

        Ủy ban nhân dân tỉnh kính trình Hội đồng nhân dân tỉnh xem xét, quyết định.
        """,
    ),
    Text(
        type=DocumentType.QUYET_DINH,
        unit="KGVX",
        subject=(
            "Về việc phê duyệt Danh mục nhiệm vụ khoa học và công nghệ cấp tỉnh đặt hàng đợt 1 thuộc các lĩnh vực nông "
            "nghiệp công nghệ cao, bảo tồn nguồn gen cây ăn quả bản địa, quan trắc chất lượng nước sông An, chuyển đổi "
            "số trong khám bệnh, chữa bệnh tại trạm y tế xã, phường và ứng dụng năng lượng mặt trời tại các trường học "
            "vùng cao trên địa bàn tỉnh An Bình"
        ),
        to=(DEPARTMENT, "Sở Tài chính"),
        body="""
        CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH AN BÌNH

        Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;

        Căn cứ Luật Khoa học, công nghệ và đổi mới sáng tạo ngày 27 tháng 6 năm 2025;

        Theo đề nghị của Giám đốc Sở Khoa học và Công nghệ.

        QUYẾT ĐỊNH:

        Điều 1. Phê duyệt Danh mục gồm 05 nhiệm vụ khoa học và công nghệ cấp tỉnh đặt hàng đợt 1.

        Điều 2. Giao Sở Khoa học và Công nghệ tổ chức tuyển chọn công khai tổ chức chủ trì nhiệm vụ.

        Điều 3. Giám đốc Sở Khoa học và Công nghệ, Giám đốc Sở Tài chính chịu trách nhiệm thi hành Quyết định
        này.
        """,
    ),
    Text(
        type=DocumentType.HUONG_DAN,
        unit="VP",
        subject="Lập hồ sơ công việc trên môi trường điện tử",
        to=(DEPARTMENT, COMMUNES),
        body="""
        Để thống nhất việc lập hồ sơ điện tử trong các cơ quan của tỉnh, Ủy ban nhân dân tỉnh hướng dẫn như sau:

        1. Người được giao giải quyết công việc mở hồ sơ ngay khi nhận việc và đặt tên theo danh mục hồ sơ của
        cơ quan.

        2. Mỗi văn bản đến, văn bản đi và tài liệu có liên quan được đưa vào hồ sơ trong ngày, giữ nguyên tệp
        gốc có chữ ký số; không chụp lại màn hình để thay cho tệp gốc.

        3. Khi công việc kết thúc, người lập hồ sơ kiểm tra tính đầy đủ, biên mục và nộp vào lưu trữ cơ quan.
        Lưu trữ cơ quan từ chối hồ sơ có tệp không mở được hoặc chữ ký số không hợp lệ.
        """,
    ),
    Text(
        type=DocumentType.THONG_BAO,
        unit="NC",
        subject="Lịch tiếp công dân của Chủ tịch Ủy ban nhân dân tỉnh",
        to=("Ban Tiếp công dân tỉnh", DEPARTMENT, COMMUNES),
        body="""
        Ủy ban nhân dân tỉnh thông báo lịch tiếp công dân định kỳ của Chủ tịch Ủy ban nhân dân tỉnh.

        Chủ tịch Ủy ban nhân dân tỉnh tiếp công dân vào ngày 10 và ngày 25 hằng tháng tại Trụ sở Tiếp công dân,
        số 3 đường Hòa Thuận. Nếu trùng ngày nghỉ thì chuyển sang ngày làm việc kế tiếp.

        Công dân có thể đăng ký trước qua Cổng dịch vụ công hoặc đến trực tiếp. Ban Tiếp công dân bố trí người
        hướng dẫn, bảo đảm mọi công dân đến đúng lịch đều được tiếp.
        """,
    ),
    Text(
        type=DocumentType.CHUONG_TRINH,
        unit="VP",
        subject="Công tác quý IV của Ủy ban nhân dân tỉnh An Bình",
        to=(DEPARTMENT, "Sở Nội vụ", "Sở Tài chính"),
        body="""
        Ủy ban nhân dân tỉnh ban hành Chương trình công tác quý IV với các nội dung chủ yếu sau:

        I. CÔNG VIỆC TRÌNH ỦY BAN NHÂN DÂN TỈNH

        Tháng 10: Đề án sắp xếp trường học vùng cao. Tháng 11: Dự toán ngân sách năm sau. Tháng 12: Báo cáo tổng
        kết công tác chỉ đạo, điều hành.

        II. TỔ CHỨC THỰC HIỆN

        Cơ quan chủ trì gửi hồ sơ về Văn phòng Ủy ban nhân dân tỉnh trước phiên họp 07 ngày làm việc. Văn phòng
        Ủy ban nhân dân tỉnh không đưa vào chương trình họp hồ sơ chưa đủ ý kiến của các cơ quan liên quan.
        """,
    ),
    Text(
        type=DocumentType.QUYET_DINH,
        unit="NC",
        subject="Về việc tặng Bằng khen cho các tập thể có thành tích trong cải cách hành chính",
        to=("Sở Nội vụ", DEPARTMENT),
        body="""
        CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH AN BÌNH

        Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;

        Theo đề nghị của Giám đốc Sở Nội vụ.

        QUYẾT ĐỊNH:

        Điều 1. Tặng Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh cho Văn phòng Sở Khoa học và Công nghệ, Trung
        tâm Phục vụ hành chính công phường Trung Tâm và Ủy ban nhân dân xã Suối Trong.

        Điều 2. Kinh phí khen thưởng trích từ Quỹ thi đua, khen thưởng của tỉnh theo quy định.

        Điều 3. Giám đốc Sở Nội vụ và các tập thể có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này.
        """,
    ),
    Text(
        type=DocumentType.CONG_VAN,
        unit="KGVX",
        subject="góp ý dự thảo Đề án phát triển thư viện số",
        to=(DEPARTMENT, "Sở Giáo dục và Đào tạo"),
        copies=("Thư viện tỉnh",),
        body="""
        Ủy ban nhân dân tỉnh nhận được dự thảo Đề án phát triển thư viện số do Sở Văn hóa, Thể thao và Du lịch
        chủ trì xây dựng.

        Đề nghị các cơ quan nghiên cứu, góp ý bằng văn bản, tập trung vào ba nội dung: sự cần thiết, khả năng
        dùng chung hạ tầng sẵn có của tỉnh và cách thức bảo vệ quyền tác giả đối với tài liệu số hóa.

        Ý kiến góp ý gửi về Sở Văn hóa, Thể thao và Du lịch trong thời hạn 10 ngày kể từ ngày nhận văn bản này.
        Quá thời hạn trên, cơ quan không trả lời được xem là thống nhất và chịu trách nhiệm về nội dung thuộc
        lĩnh vực của mình.
        """,
    ),
    Text(
        type=DocumentType.BAO_CAO,
        unit="VP",
        subject="Kết quả kiểm soát thủ tục hành chính quý III",
        to=("Văn phòng Chính phủ", DEPARTMENT),
        body="""
        Trong quý III, Ủy ban nhân dân tỉnh đã công bố 12 thủ tục hành chính được sửa đổi và bãi bỏ 04 thủ tục
        không còn cần thiết.

        Toàn tỉnh tiếp nhận 48.210 hồ sơ, trong đó 98,6% được giải quyết đúng và trước hạn. Số hồ sơ trễ hạn chủ
        yếu thuộc lĩnh vực đất đai, do phải xác minh thực địa trong mùa mưa.

        Ủy ban nhân dân tỉnh đã yêu cầu các cơ quan có hồ sơ trễ hạn gửi thư xin lỗi, nêu rõ lý do và hẹn lại
        ngày trả kết quả. Trong quý tới, tỉnh tiếp tục rà soát để rút ngắn ít nhất 20% thời gian giải quyết của
        30 thủ tục.
        """,
    ),
    Text(
        type=DocumentType.KE_HOACH,
        unit="KGVX",
        subject="Tổ chức Ngày hội Sáng kiến trẻ tỉnh An Bình",
        to=("Tỉnh đoàn An Bình", DEPARTMENT),
        body="""
        Nhằm khuyến khích thanh niên nghiên cứu và khởi nghiệp, Ủy ban nhân dân tỉnh tổ chức Ngày hội Sáng kiến
        trẻ như sau:

        1. Thời gian và địa điểm: một ngày trong tháng 3, tại Nhà Văn hóa Lao động tỉnh.

        2. Nội dung: trưng bày sáng kiến, thi thuyết trình ý tưởng và kết nối nhóm tác giả với doanh nghiệp.

        3. Phân công: Sở Khoa học và Công nghệ chủ trì nội dung chuyên môn và chấm giải; Tỉnh đoàn An Bình vận
        động đoàn viên tham gia; Ủy ban nhân dân phường Trung Tâm bảo đảm trật tự và vệ sinh môi trường.

        4. Kinh phí lấy từ nguồn xã hội hóa và phần hỗ trợ của ngân sách tỉnh, quyết toán công khai.
        """,
    ),
    Text(
        type=DocumentType.GIAY_MOI,
        unit="KTTH",
        subject="Khảo sát thực địa tuyến đê bao sông An",
        to=("Sở Nông nghiệp và Môi trường", DEPARTMENT),
        body="""
        Ủy ban nhân dân tỉnh An Bình kính mời lãnh đạo Sở Nông nghiệp và Môi trường, Sở Khoa học và Công nghệ
        tham gia đoàn khảo sát tuyến đê bao sông An.

        Thời gian: 07 giờ 30 phút thứ Năm tuần này, tập trung tại cổng số 2 trụ sở Ủy ban nhân dân tỉnh.

        Nội dung: kiểm tra các đoạn đê xung yếu, vị trí đặt trạm đo mực nước tự động và đường sơ tán dân.

        Các thành phần tham dự mang theo bản vẽ, số liệu quan trắc ba tháng gần nhất và trang phục phù hợp.
        """,
    ),
    Text(
        type=DocumentType.QUYET_DINH,
        unit="KTTH",
        subject="Về việc giao bổ sung dự toán cho Trung tâm Dữ liệu tỉnh",
        to=("Sở Tài chính", DEPARTMENT, "Kho bạc Nhà nước tỉnh"),
        body="""
        ỦY BAN NHÂN DÂN TỈNH AN BÌNH

        Căn cứ Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2025;

        Theo đề nghị của Giám đốc Sở Tài chính.

        QUYẾT ĐỊNH:

        Điều 1. Giao bổ sung cho Trung tâm Dữ liệu tỉnh 1.250.000.000 đồng (một tỷ hai trăm năm mươi triệu đồng)
        để thay thế thiết bị lưu trữ đã hết hạn sử dụng.

        Điều 2. Trung tâm Dữ liệu tỉnh sử dụng kinh phí đúng mục đích, thanh toán và quyết toán theo quy định.

        Điều 3. Giám đốc Sở Tài chính, Giám đốc Sở Khoa học và Công nghệ và Giám đốc Kho bạc Nhà nước tỉnh chịu
        trách nhiệm thi hành Quyết định này.
        """,
    ),
)
